/** What a user can do about an error whose place of origin cannot know it. */
import { shellWord } from '../device/shell-word.ts';

/** Where the command line of the user, ready to be pasted, is known. */
export interface CommandRun {
  readonly commandLine: string;
}

/** By code, for errors that come without a cure of their own. */
export const CURES: Readonly<Record<string, string>> = {
  E_DAMAGED: 'see what is hit: cardkeep check --read-data',
  E_IO: 'the disk, its cable or its reader is failing: try another port or reader, and see: sudo dmesg | tail',
  E_NOT_A_FOLDER: 'a store is a folder: name one, for example --store /media/usb/cardkeep',
  E_NOT_FOUND: 'run the same command again; if it stays so: cardkeep check',
  E_NO_RANDOM: 'this is a bug: please report it, with what --verbose prints',
  E_NO_SOURCE: '"cardkeep devices" lists the cards that are there',
  E_NO_SPACE: 'make room there, then run the same command again',
  E_NO_TARGET: '"cardkeep devices" lists the cards that are there',
  E_OUTPUT: 'look at what it says, or write to a file and hand it that',
  E_OUT_OF_RANGE: 'this is a bug: please report it, with what --verbose prints',
  E_READ_ONLY: 'mount it for writing, or name another place',
  E_STORE_EXISTS: 'it can be used as it is: cardkeep list',
  E_SYSTEM: '--verbose tells more',
  E_TOOL_FAILED: 'name the device itself: cardkeep backup /dev/sdb',
  E_UNREADABLE: 'choose another version: cardkeep list',
  E_WRITE: 'is the disk of the store full? see: df -h',
};

/** The same command with sudo in front; for root, who has it already, what else it can be. */
export function sudoCure({ commandLine }: CommandRun): string {
  if (process.platform === 'win32') return 'run it in a terminal that was started with "Run as administrator"';
  if (process.getuid?.() === 0) return 'root may not either: is it a network share, or marked immutable (lsattr)?';
  return `sudo ${commandLine}`;
}

/**
 * The command as the user wrote it, ready to be pasted behind `sudo`, which hands on no $CARDKEEP_STORE: that is named
 * in it.
 */
export function pastableCommand(words: readonly string[], environment: NodeJS.ProcessEnv): string {
  const store = environment['CARDKEEP_STORE'] ?? '';
  const isNamed = words.some((word) => word === '--store' || word.startsWith('--store='));
  const place = store === '' || isNamed ? [] : ['--store', store];
  return ['cardkeep', ...place, ...words].map(shellWord).join(' ');
}
