import { BlockList, isIP } from 'node:net';

// What the registries of IANA call not globally reachable, and what answers on such addresses inside of clouds.
const refused4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
  ['168.63.129.16', 32], // Azure's own service for its machines: a public number, answered from inside
] as const;
// Of IPv6 only global unicast is let through at all: loopback, ULA, link-local, multicast, mapped and NAT64 lie outside of it.
const global6 = ['2000::', 3] as const;
const refused6 = [
  ['2001::', 23], // Teredo and other ways to say an IPv4 address
  ['2001:db8::', 32], ['2002::', 16], // documentation; 6to4
  ['3fff::', 20], // documentation
] as const;

/** Which addresses may be spoken to when somebody else says where to. */
export interface AddressRules {
  /** Whether the operator let this host in by its name, or by its address if it is one. */
  allowsHost(host: string): boolean;
  /** Whether the operator let this address in, though it may be private. */
  allowsAddress(address: string): boolean;
  /** Whether the address is one of the internet's, where anybody may ask. */
  isPublic(address: string): boolean;
}

/** Whether a text can stand in OUTBOUND_ALLOW: a host name, an address, or addresses as `10.0.0.0/8`. */
export function isAllowEntry(entry: string): boolean {
  const [address = '', bits] = entry.split('/');
  const family = isIP(address);
  if (family === 0) return bits === undefined && /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(entry) && !/^[\d.]+$/.test(entry);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Makes the rules; `allow` holds entries as `isAllowEntry` knows them. */
export function createAddressRules(allow: readonly string[]): AddressRules {
  const refused = new BlockList();
  for (const [net, bits] of refused4) refused.addSubnet(net, bits, 'ipv4');
  for (const [net, bits] of refused6) refused.addSubnet(net, bits, 'ipv6');
  const world6 = new BlockList();
  world6.addSubnet(...global6, 'ipv6');
  const names = new Set<string>();
  const addresses = new BlockList();
  for (const entry of allow) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    if (family === 0) names.add(plain(entry));
    else if (bits === undefined) addresses.addAddress(address, kind(family));
    else addresses.addSubnet(address, Number(bits), kind(family));
  }
  const allowsAddress = (address: string) => {
    const family = isIP(address);
    return family !== 0 && addresses.check(address, kind(family));
  };
  return {
    allowsAddress,
    allowsHost: (host) => names.has(plain(host)) || allowsAddress(host),
    isPublic(address) {
      const family = isIP(address);
      if (family === 0) return false;
      return !refused.check(address, kind(family)) && (family === 4 || world6.check(address, 'ipv6'));
    },
  };
}

const kind = (family: number) => (family === 4 ? 'ipv4' : 'ipv6');
/** A host name in the one way that it is compared in. */
const plain = (host: string) => host.toLowerCase().replace(/\.$/, '');
