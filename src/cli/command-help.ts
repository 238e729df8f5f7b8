/**
 * Two examples and the exit codes of each command, printed after its options. A command that opens the store can find
 * it damaged (4) or not there (7).
 */

const CODES: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong use',
  4: 'damage found',
  5: 'refused for safety',
  6: 'the store is locked',
  7: 'no such card, version, store or path',
  130: 'stopped',
};

interface Page {
  readonly examples: readonly string[];
  readonly codes: readonly number[];
  readonly remark?: string;
}

const PAGES: Readonly<Record<string, Page>> = {
  cardkeep: {
    examples: [
      'sudo cardkeep backup /dev/sda      a new version of the card in the reader',
      'cardkeep list                      all that is kept',
    ],
    codes: [0, 1, 2, 4, 5, 6, 7, 130],
    remark: 'Without a command: this help and exit code 2. The help of one: cardkeep help COMMAND',
  },
  devices: { examples: ['cardkeep devices', 'cardkeep devices --all --json'], codes: [0, 1, 2] },
  backup: {
    examples: [
      'sudo cardkeep backup /dev/sda --note "before the upgrade"',
      'cardkeep backup octopi.img --card octopi --at 2026-11-01',
    ],
    codes: [0, 1, 2, 4, 5, 6, 7, 130],
  },
  list: { examples: ['cardkeep list', 'cardkeep list octopi --json'], codes: [0, 1, 2, 4, 7] },
  show: { examples: ['cardkeep show octopi', 'cardkeep show octopi@3'], codes: [0, 1, 2, 4, 7, 130] },
  restore: {
    examples: [
      'sudo cardkeep restore octopi /dev/sda --expand',
      'cardkeep restore octopi~1 octopi.img --expand --size 64G',
    ],
    codes: [0, 1, 2, 4, 5, 7, 130],
  },
  export: {
    examples: [
      'cardkeep export octopi octopi.img.xz --expand --size 32G',
      'cardkeep export octopi@3 - | ssh lab "sudo dd of=/dev/sda bs=4M"',
    ],
    codes: [0, 1, 2, 4, 5, 7, 130],
  },
  check: { examples: ['cardkeep check octopi', 'cardkeep check --read-data'], codes: [0, 1, 2, 4, 7, 130] },
  stats: { examples: ['cardkeep stats', 'cardkeep stats --json'], codes: [0, 1, 2, 4, 7] },
  init: { examples: ['cardkeep init', 'cardkeep init /media/usb/cardkeep'], codes: [0, 1, 2, 4, 5, 7] },
};

export function helpAfter(name: string): string {
  const page = PAGES[name];
  if (page === undefined) return '';
  const examples = page.examples.map((example) => `  ${example}`);
  const codes = page.codes.map((code) => `  ${String(code).padStart(3)}  ${CODES[code]}`);
  const remark = page.remark === undefined ? [] : ['', page.remark];
  return ['', 'Examples:', ...examples, '', 'Exit codes:', ...codes, ...remark].join('\n');
}
