/** One disk as `cardkeep devices` lists it; the names are those of its JSON. All texts are printable, '' if unknown. */
export interface ListedDevice {
  readonly path: string;
  /** 0 for a reader without a card. */
  readonly byteLength: number;
  /** Logical sector size in bytes. */
  readonly sectorSize: number;
  readonly model: string;
  readonly serial: string;
  /** `usb`, `mmc`, `sd`, `sata`, `nvme`, `virtio`, `loop` ... */
  readonly bus: string;
  readonly removable: boolean;
  /** The running system or its swap lies on it, also through LVM, LUKS or RAID. */
  readonly system: boolean;
  readonly readOnly: boolean;
  readonly partitions: readonly ListedPartition[];
}

export interface ListedPartition {
  readonly path: string;
  /** As in the partition table; 0 for a file system on the whole disk. */
  readonly number: number;
  readonly fileSystem: string;
  readonly label: string;
  readonly byteLength: number;
  /** Of what lies in the partition too: LVM, LUKS, RAID. Swap in use counts as `[SWAP]`. */
  readonly mountPoints: readonly string[];
}

/** A disk of the platform's list, before it is decided whether to show it. */
export interface FoundDevice {
  readonly device: ListedDevice;
  /** Not a disk that somebody plugs in: loop, RAM disk, optical drive, boot area of an eMMC, virtual disk. */
  readonly isArtificial: boolean;
}

const CARD_BUSES: ReadonlySet<string> = new Set(['usb', 'mmc', 'sd']);

/** True for what a card or stick in a reader looks like. Card readers inside a computer say "not removable". */
export function isPlausibleCard({ device, isArtificial }: FoundDevice): boolean {
  const { removable, bus, system, byteLength } = device;
  return !isArtificial && !system && byteLength > 0 && (removable || CARD_BUSES.has(bus));
}

const SYSTEM_FOLDERS: ReadonlySet<string> = new Set([
  '[SWAP]',
  '/',
  '/boot',
  '/efi',
  '/etc',
  '/home',
  '/nix',
  '/opt',
  '/root',
  '/srv',
  '/usr',
  '/var',
  '/System/Volumes/Data',
]);

/** True for a mount point without which the running system is not whole. */
export function isSystemMountPoint(mountPoint: string): boolean {
  return SYSTEM_FOLDERS.has(mountPoint) || /^\/(boot|usr|var|private\/var)\//.test(mountPoint);
}
