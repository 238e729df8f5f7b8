import { fileURLToPath } from 'node:url';
import type { AttachedCard } from './attached-card.ts';
import { CARD_LAYOUT } from './card-image.ts';

/** One tool under test; scripts are bash and get paths without spaces or quotes. */
export interface Peer {
  readonly name: string;
  /** Commands it needs; a peer that lacks one is named and left out. */
  readonly needs: readonly string[];
  /** Shell command that prints its version. */
  readonly version: string;
  /** Does a second version share bytes with the first? Else each version stands alone, and only the first is kept on disk. */
  readonly sharesBytes: boolean;
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** Not timed: makes the empty store. */
  readonly prepare?: (store: string) => string;
  readonly backup: (store: string, version: string, card: AttachedCard) => string;
  /** Into a new image file. */
  readonly restoreFile: (store: string, version: string, target: string) => string;
  /** Onto a device that holds nothing. */
  readonly restoreDevice?: (store: string, version: string, target: AttachedCard) => string;
  /** Onto a device, read back from it, and compared. */
  readonly restoreDeviceVerified?: (store: string, version: string, target: AttachedCard) => string;
  /** Files of one version, deleted after its measurement where no bytes are shared. */
  readonly versionFiles?: (store: string, version: string) => string;
}

const CLI = fileURLToPath(new URL('../dist/cli/cardkeep.cjs', import.meta.url));
const DROP_CACHES = 'sync; echo 3 > /proc/sys/vm/drop_caches';

/** `card@number` of the versions, in the order in which `run.ts` backs them up. */
const CARDKEEP_SNAPSHOTS: Readonly<Record<string, string>> = { 'first-backup': 'octopi@1' };

const CARDKEEP_CARDS: Readonly<Record<string, string>> = { 'second-card': 'kitchen', 're-flashed': 'octopi-flashed' };

function makeCardkeep(): Peer {
  const cardkeep = (store: string, words: string): string =>
    `node ${CLI} --store ${store} --no-progress --json ${words}`;
  const restore = (store: string, version: string, target: string, options: string): string =>
    cardkeep(store, `restore ${CARDKEEP_SNAPSHOTS[version] ?? version} ${target} --yes ${options}`);
  return {
    name: 'cardkeep',
    needs: ['node'],
    version: `node ${CLI} --version`,
    sharesBytes: true,
    env: (folder) => ({ HOME: folder, XDG_CONFIG_HOME: `${folder}/.config` }),
    backup: (store, version, card) =>
      cardkeep(store, `backup ${card.device} --card ${CARDKEEP_CARDS[version] ?? 'octopi'}`),
    restoreFile: (store, version, target) => restore(store, version, target, '--no-verify'),
    restoreDevice: (store, version, target) => restore(store, version, target.device, '--no-verify'),
    restoreDeviceVerified: (store, version, target) => restore(store, version, target.device, ''),
  };
}

/** What people use who know of used blocks: each partition's used blocks through lz4, and the table beside them. */
function makePartclone(): Peer {
  const partitions = (card: AttachedCard): readonly (readonly [string, string])[] => [
    ['fat', card.bootDevice],
    ['extfs', card.rootDevice],
  ];
  const write = (store: string, version: string, type: string, target: string): string =>
    `lz4 -dc ${store}/${version}.${type}.lz4 | partclone.restore -q -C -L /dev/null -s - -O ${target}`;
  const writeDevice = (store: string, version: string, target: AttachedCard): string =>
    [
      `dd if=${store}/${version}.head of=${target.device} bs=1M conv=notrunc status=none`,
      ...partitions(target).map(([type, device]) => write(store, version, type, device)),
      `sync ${target.device} ${target.bootDevice} ${target.rootDevice}`,
    ].join('\n');
  return {
    name: 'partclone | lz4 -1',
    needs: ['partclone.extfs', 'partclone.fat', 'lz4'],
    version: 'partclone.extfs --version | head -1; lz4 --version | head -1',
    sharesBytes: false,
    backup: (store, version, card) =>
      [
        `dd if=${card.device} of=${store}/${version}.head bs=1M count=4 status=none`,
        ...partitions(card).map(
          ([type, device]) =>
            `partclone.${type} -q -c -L /dev/null -s ${device} -o - | lz4 -1 -q > ${store}/${version}.${type}.lz4`,
        ),
      ].join('\n'),
    restoreFile: (store, version, target) =>
      [
        `truncate -s ${CARD_LAYOUT.byteLength} ${target}`,
        `dd if=${store}/${version}.head of=${target} bs=1M conv=notrunc status=none`,
        write(store, version, 'fat', `${target} -E ${CARD_LAYOUT.bootOffset}`),
        write(store, version, 'extfs', `${target} -E ${CARD_LAYOUT.rootOffset}`),
      ].join('\n'),
    restoreDevice: writeDevice,
    // A partclone image of the target's used blocks, compared with the one in the store: only what was written is read.
    restoreDeviceVerified: (store, version, target) =>
      [
        writeDevice(store, version, target),
        DROP_CACHES,
        ...partitions(target).map(
          ([type, device]) =>
            `partclone.${type} -q -c -L /dev/null -s ${device} -o - | cmp - <(lz4 -dc ${store}/${version}.${type}.lz4)`,
        ),
      ].join('\n'),
    versionFiles: (store, version) =>
      `${store}/${version}.head ${store}/${version}.fat.lz4 ${store}/${version}.extfs.lz4`,
  };
}

function makeBorg(name: string, chunkerParams: string): Peer {
  return {
    name,
    needs: ['borg'],
    version: 'borg --version',
    sharesBytes: true,
    env: (folder) => ({
      BORG_BASE_DIR: `${folder}/borg`,
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
      BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
    }),
    prepare: (store) => `borg init -e none ${store}`,
    backup: (store, version, card) =>
      `borg create --read-special --chunker-params ${chunkerParams} -C lz4 ${store}::${version} ${card.device}`,
    restoreFile: (store, version, target) =>
      `borg extract --stdout ${store}::${version} | dd of=${target} bs=4M iflag=fullblock conv=sparse status=none`,
  };
}

function makeRestic(): Peer {
  return {
    name: 'restic',
    needs: ['restic'],
    version: 'restic version',
    sharesBytes: true,
    env: (folder) => ({ RESTIC_PASSWORD: 'benchmark', RESTIC_CACHE_DIR: `${folder}/restic-cache` }),
    prepare: (store) => `restic init -r ${store}`,
    backup: (store, version, card) =>
      `restic -r ${store} backup --stdin --stdin-filename card.img --tag ${version} < ${card.device}`,
    restoreFile: (store, version, target) =>
      `restic -r ${store} dump --tag ${version} latest card.img | dd of=${target} bs=4M iflag=fullblock conv=sparse status=none`,
  };
}

function makeCasync(): Peer {
  return {
    name: 'casync',
    needs: ['casync'],
    version: 'casync --version | head -1',
    sharesBytes: true,
    backup: (store, version, card) =>
      `casync make --store=${store}/default.castr ${store}/${version}.caibx ${card.device}`,
    restoreFile: (store, version, target) =>
      `casync extract --store=${store}/default.castr ${store}/${version}.caibx ${target}`,
  };
}

function makeGzip(): Peer {
  return {
    name: 'dd | gzip',
    needs: ['dd', 'gzip'],
    version: 'gzip --version | head -1',
    sharesBytes: false,
    backup: (store, version, card) => `dd if=${card.device} bs=4M status=none | gzip > ${store}/${version}.img.gz`,
    restoreFile: (store, version, target) =>
      `gzip -dc ${store}/${version}.img.gz | dd of=${target} bs=4M iflag=fullblock conv=sparse status=none`,
    versionFiles: (store, version) => `${store}/${version}.img.gz`,
  };
}

/** All tools in the order of the table. */
export const PEERS: readonly Peer[] = [
  makeCardkeep(),
  makePartclone(),
  makeBorg('borg 4M', 'fixed,4194304'),
  makeBorg('borg 64K', 'fixed,65536'),
  makeRestic(),
  makeCasync(),
  makeGzip(),
];
