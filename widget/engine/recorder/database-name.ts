/** The database in which a browser keeps pieces of recordings until the server has them. */
export const RECORDINGS_DATABASE = 'peer-consult-recordings';
