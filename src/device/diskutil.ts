/**
 * Disks of macOS from `diskutil list -plist` (all disks and partitions) and `diskutil info -plist DISK` (what one disk
 * is). Keys as documented by their use since macOS 10.11; one that is missing counts as unknown.
 */
import { asArray, asCount, asFlag, asRecord } from './json-fields.ts';
import type { JsonRecord } from './json-fields.ts';
import { isSystemMountPoint } from './listed-device.ts';
import type { FoundDevice, ListedPartition } from './listed-device.ts';
import type { PlistValue } from './plist.ts';
import { printablePath, printableText } from './printable-text.ts';

/** Names of the whole disks (`disk4`) in the answer of `diskutil list -plist`. */
export function diskNamesOf(list: PlistValue): string[] {
  return disksOf(list).map(nameOf);
}

/** `infos`: the answers of `diskutil info -plist` by the name of the disk. */
export function decodeDiskutil(list: PlistValue, infos: ReadonlyMap<string, PlistValue>): FoundDevice[] {
  const disks = disksOf(list);
  return disks.map((disk) => decodeDisk(disk, asRecord(infos.get(nameOf(disk))), disks));
}

function disksOf(list: PlistValue): JsonRecord[] {
  return asArray(asRecord(list)['AllDisksAndPartitions'])
    .map(asRecord)
    .filter((disk) => /^disk\d{1,6}$/.test(nameOf(disk)));
}

function decodeDisk(disk: JsonRecord, info: JsonRecord, disks: readonly JsonRecord[]): FoundDevice {
  const name = nameOf(disk);
  const partitions = asArray(disk['Partitions']).map((part) => decodePartition(asRecord(part), name, disks));
  const ownMount = printablePath(disk['MountPoint']);
  if (ownMount !== '') partitions.unshift(decodePartition(disk, name, disks));
  const mountPoints = partitions.flatMap((partition) => partition.mountPoints);
  const isVirtual = info['VirtualOrPhysical'] === 'Virtual' || asArray(disk['APFSPhysicalStores']).length > 0;
  return {
    isArtificial: isVirtual || info['BusProtocol'] === 'Disk Image' || info['OpticalMediaType'] !== undefined,
    device: {
      path: `/dev/${name}`,
      byteLength: asCount(info['TotalSize']) || asCount(info['Size']) || asCount(disk['Size']),
      sectorSize: asCount(info['DeviceBlockSize']) || 512,
      model: printableText(info['MediaName']) || printableText(info['IORegistryEntryName']),
      serial: '',
      bus: busOf(info['BusProtocol']),
      removable: ['RemovableMedia', 'Removable', 'RemovableMediaOrExternalDevice'].some((key) => asFlag(info[key])),
      // What is built in may be needed to start, mounted or not; a slot for cards is built in as well.
      system: mountPoints.some(isSystemMountPoint) || asFlag(info['SystemImage']),
      readOnly: ['WritableMedia', 'Writable'].some((key) => info[key] === false),
      partitions,
    },
  };
}

function decodePartition(part: JsonRecord, diskName: string, disks: readonly JsonRecord[]): ListedPartition {
  const name = nameOf(part);
  const number = new RegExp(`^${diskName}s(\\d{1,4})$`).exec(name)?.[1];
  const mountPoints = [printablePath(part['MountPoint']), ...mountPointsOfContainer(name, disks)];
  return {
    path: `/dev/${name}`,
    number: Number(number ?? 0),
    fileSystem: printableText(part['Content']),
    label: printableText(part['VolumeName']),
    byteLength: asCount(part['Size']),
    mountPoints: [...new Set(mountPoints)].filter((mountPoint) => mountPoint !== ''),
  };
}

/** Where the volumes of the APFS container are mounted that has `partition` as a physical store. */
function mountPointsOfContainer(partition: string, disks: readonly JsonRecord[]): string[] {
  return disks
    .filter((disk) => asArray(disk['APFSPhysicalStores']).some((store) => nameOf(asRecord(store)) === partition))
    .flatMap((disk) => asArray(disk['APFSVolumes']).map(asRecord))
    .flatMap((volume) => [volume, ...asArray(volume['MountedSnapshots']).map(asRecord)])
    .map((volume) => printablePath(volume['MountPoint']) || printablePath(volume['SnapshotMountPoint']));
}

function nameOf(record: JsonRecord): string {
  return printablePath(record['DeviceIdentifier']);
}

function busOf(protocol: unknown): string {
  const text = printableText(protocol);
  if (text === 'Secure Digital') return 'sd';
  return text === 'PCI-Express' || text === 'Apple Fabric' ? 'nvme' : text.toLowerCase();
}
