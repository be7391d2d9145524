// For node --expose-gc --require: collects the garbage when it is told to.
process.on('SIGUSR2', () => globalThis.gc());
