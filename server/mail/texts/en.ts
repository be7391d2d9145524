import { oneLine, type Letter } from '../letter.ts';
import type { MailTexts } from './mail-texts.ts';

const footer = 'Sent automatically by Peer Consult. Please do not answer this mail.';
const roles: Record<string, string> = { owner: 'owner', admin: 'administrator', agent: 'agent' };

/** English. */
export const en: MailTexts = {
  invitation: ({ inviter, organisation, role, link }): Letter => ({
    subject: `${oneLine(inviter)} invites you to ${oneLine(organisation)}`,
    heading: `Join ${oneLine(organisation)}`,
    paragraphs: [`${oneLine(inviter)} invites you to answer visitors of ${oneLine(organisation)} as ${roles[role] ?? 'agent'}.`],
    button: { label: 'Accept the invitation', link },
    notes: ['The link works once. If you did not expect this invitation, you can ignore it.'],
    footer,
  }),
  password_reset: ({ name, link, minutes }): Letter => ({
    subject: 'Set a new password',
    heading: 'Set a new password',
    paragraphs: [`Hello ${oneLine(name)}, somebody asked for a new password for your account.`],
    button: { label: 'Set a new password', link },
    notes: [`The link works once, for ${minutes} minutes. If it was not you who asked, ignore this mail; your password stays as it is.`],
    footer,
  }),
  agent_notice: ({ agent, visitor, preview, link, site }): Letter => ({
    subject: `${oneLine(visitor, 60)} is waiting on ${oneLine(site, 60)}`,
    heading: `${oneLine(visitor, 60)} is waiting for an answer`,
    paragraphs: [`Hello ${oneLine(agent)}, nobody of the team was online when this came in on ${oneLine(site)}:`],
    quote: preview,
    button: { label: 'Open the conversation', link },
    notes: ['You can switch these mails off in the panel, under your account.'],
    footer,
  }),
  visitor_notice: ({ site, preview, link }): Letter => ({
    subject: `An answer from ${oneLine(site)}`,
    heading: `${oneLine(site)} has answered you`,
    paragraphs: ['You asked something and left this address. This is the answer:'],
    quote: preview,
    ...(link !== null && { button: { label: 'Go on with the conversation', link } }),
    notes: link === null ? [] : ['Open the link with the browser in which you wrote: the conversation is there.'],
    footer: `You get this mail because this address was left in a conversation on ${oneLine(site)}. Please do not answer it.`,
  }),
  transcript: ({ site, text, visitor }): Letter => ({
    subject: `Your conversation with ${oneLine(site)}`,
    heading: `The conversation of ${oneLine(visitor, 60)} with ${oneLine(site, 60)}`,
    paragraphs: ['Here is the conversation that somebody asked to have sent to this address:'],
    quote: text,
    footer,
  }),
  test: ({ agent }): Letter => ({
    subject: 'Mail from Peer Consult works',
    heading: 'It works',
    paragraphs: [`Hello ${oneLine(agent)}, this server can send mail: invitations, new passwords and notices reach people.`],
    footer,
  }),
};
