/** What the facts about a device forbid, as errors with their cure, the gravest first. */
import { CardkeepError } from '../errors.ts';
import type { TargetFacts } from './device-guards.ts';
import { shellWord } from './shell-word.ts';

export interface TargetQuestion {
  /** Paths that must not be overwritten with the target: the store, the home folder, the source image. */
  readonly keep: readonly KeptPath[];
  /** Takes a large disk that is built in for what the user wants. Nothing else can be forced. */
  readonly force: boolean;
  readonly platform: NodeJS.Platform;
}

export interface KeptPath {
  readonly path: string;
  /** For the message: "the store". */
  readonly what: string;
}

/** Cards larger than this are rare; disks that somebody would miss are not. */
const LARGE_BYTES = 256e9;

/** Why nothing may be written to the target: E_TARGET_..., kind refused. Undefined: nothing stands against it. */
export async function findTargetProblem(
  facts: TargetFacts,
  question: TargetQuestion,
): Promise<CardkeepError | undefined> {
  const { path } = facts;
  if (facts.system) {
    return refused('E_TARGET_IS_SYSTEM', `${path} holds the running system`, 'choose another disk: cardkeep devices');
  }
  for (const { path: kept, what } of question.keep) {
    if (await facts.holds(kept)) {
      return refused(
        'E_TARGET_HOLDS_STORE',
        `${path} holds ${what} (${kept})`,
        'choose another disk: cardkeep devices',
      );
    }
  }
  const inUse = findUse(facts, 'TARGET', question.platform);
  if (inUse !== undefined) return inUse;
  if (facts.readOnly) {
    const cure = 'slide the lock switch of the card or its adapter, or use another card';
    return refused('E_TARGET_READ_ONLY', `${path} is write-protected`, cure);
  }
  const isCard = facts.removable || ['usb', 'mmc', 'sd', 'loop'].includes(facts.bus);
  if (facts.kind === 'device' && !isCard && facts.byteLength > LARGE_BYTES && !question.force) {
    const size = `${Math.round(facts.byteLength / 1e9)} GB`;
    return refused('E_TARGET_LARGE', `${path} is a built-in disk of ${size}, not a card`, 'if you mean it: --force');
  }
  return undefined;
}

/**
 * Why the source must not be read now: E_SOURCE_MOUNTED, E_SOURCE_BUSY (swap), kind refused. A RAID or LUKS on it that
 * is not mounted does no harm to a reader.
 */
export function findSourceProblem(facts: TargetFacts, platform: NodeJS.Platform): CardkeepError | undefined {
  return findUse({ ...facts, uses: facts.uses.filter(({ by }) => by === 'swap') }, 'SOURCE', platform);
}

function findUse(facts: TargetFacts, role: 'SOURCE' | 'TARGET', platform: NodeJS.Platform): CardkeepError | undefined {
  const [mount] = facts.mounts;
  if (mount !== undefined) {
    const { source, mountPoint } = mount;
    const what = source.startsWith('/') || source.startsWith('\\') ? source : facts.path;
    return refused(`E_${role}_MOUNTED`, `${what} is mounted at ${mountPoint}`, unmountCure(facts, platform));
  }
  const [use] = facts.uses;
  if (use === undefined) return undefined;
  const message =
    use.by === 'swap' ? `${use.name} is in use as swap` : `${facts.path} is in use by ${use.name} (${use.by})`;
  return refused(`E_${role}_BUSY`, message, releaseCure(use));
}

/** The line to paste that unmounts all of it; several file systems in one line. */
function unmountCure(facts: TargetFacts, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return `unmount it: diskutil unmountDisk ${facts.diskPath}`;
  if (platform === 'win32') return `unmount it: mountvol ${facts.mounts[0]?.mountPoint ?? ''} /p`;
  // The one mounted last covers the others, so it comes first.
  const places = [...new Set(facts.mounts.map(({ mountPoint }) => mountPoint))].reverse().map(shellWord);
  return `unmount it: sudo umount ${places.join(' ')}`;
}

function releaseCure({ name, by }: TargetFacts['uses'][number]): string {
  return `${RELEASE[by]} ${shellWord(name)}`;
}

const RELEASE: Readonly<Record<TargetFacts['uses'][number]['by'], string>> = {
  swap: 'stop it: sudo swapoff',
  RAID: 'stop it: sudo mdadm --stop',
  LVM: 'stop it: sudo lvchange --activate n',
  LUKS: 'close it: sudo cryptsetup close',
  loop: 'detach it: sudo losetup -d',
  'device mapper': 'see what it is: lsblk',
  'another device': 'see what it is: lsblk',
};

function refused(code: string, message: string, hint: string): CardkeepError {
  return new CardkeepError('refused', code, message, { hint });
}
