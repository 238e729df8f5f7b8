/** By what a file system that this program cannot grow is grown to the end of its partition. */

/** `MOUNTPOINT` stands for where it is mounted. */
type Command = (partition: string, uuid: string) => string;

/** Manual pages of the tools that come with each format. */
const COMMANDS: Readonly<Record<string, Command>> = {
  ext2: (partition) => `sudo resize2fs ${partition}`,
  ext3: (partition) => `sudo resize2fs ${partition}`,
  ext4: (partition) => `sudo resize2fs ${partition}`,
  vfat: (partition) => `sudo fatresize -s max ${partition}`,
  btrfs: () => 'sudo btrfs filesystem resize max MOUNTPOINT',
  xfs: () => 'sudo xfs_growfs MOUNTPOINT',
  f2fs: (partition) => `sudo resize.f2fs ${partition}`,
  ntfs: (partition) => `sudo ntfsresize ${partition}`,
  nilfs2: (partition) => `sudo nilfs-resize ${partition}`,
  lvm2: (partition) => `sudo pvresize ${partition}`,
  luks: () => 'sudo cryptsetup resize NAME',
  jfs: () => 'sudo mount -o remount,resize MOUNTPOINT',
  reiserfs: (partition) => `sudo resize_reiserfs ${partition}`,
  swap: (partition, uuid) => `sudo mkswap${uuid === '' ? '' : ` -U ${uuid}`} ${partition}`,
};

/** Undefined where there is no such tool (exFAT), or nothing known is in the partition. */
export function growCommand(fileSystem: string, partition: string, uuid: string): string | undefined {
  return Object.hasOwn(COMMANDS, fileSystem) ? COMMANDS[fileSystem]?.(partition, uuid) : undefined;
}
