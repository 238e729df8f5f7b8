/** What a loop device says of itself on every machine: bears no name, is no card, and the system can live without it. */
export const PLAIN_LOOP = {
  sectorSize: 512,
  model: '',
  serial: '',
  bus: 'loop',
  removable: false,
  system: false,
  readOnly: false,
} as const;
