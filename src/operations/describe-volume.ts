/** The disk map in the words of a snapshot: what `show` and the summary tell about the device. */
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { DiskMap, MappedPartition } from '../capture/disk-map.ts';
import type { DeviceIdentity, SnapshotPartition, Volume } from '../snapshot/snapshot.ts';

export interface VolumeContent {
  readonly levels: number;
  /** Hex; empty: all of it is free. */
  readonly mapRoot: string;
  /** Bytes in the data state by index of the partition. */
  readonly liveBytesOfPartition: ReadonlyMap<number, number>;
}

export function describeVolume(
  source: { readonly byteLength: number; readonly sectorSize: number },
  disk: DiskMap,
  device: DeviceIdentity,
  content: VolumeContent,
): Volume {
  return {
    byteLength: source.byteLength,
    sectorSize: disk.layout.sectorSize,
    levels: content.levels,
    mapRoot: content.mapRoot,
    device,
    table: disk.layout.table,
    signature: disk.layout.signature.replaceAll('-', ''),
    partitions: disk.partitions.map((partition, i) =>
      describePartition(partition, content.liveBytesOfPartition.get(i) ?? 0),
    ),
  };
}

function describePartition({ entry, report }: MappedPartition, liveBytes: number): SnapshotPartition {
  const place = {
    number: entry.number,
    byteOffset: entry.byteOffset,
    byteLength: entry.byteLength,
    type: entry.type,
    name: entry.name,
    liveBytes,
    label: report.label ?? '',
    uuid: report.uuid ?? '',
    fileSystem: report.type ?? '',
  };
  if (isKeepWhole(report)) {
    return { ...place, clean: undefined, note: `all of it was kept: ${report.keepWhole}`, stamp: undefined };
  }
  return { ...place, clean: report.clean, note: report.note ?? '', stamp: report.stamp };
}

/** Host name or label by which a person knows the card: the label of the largest Linux partition, else any label. */
export function suggestCardName(disk: DiskMap): string {
  const bySize = [...disk.partitions].sort((a, b) => b.entry.byteLength - a.entry.byteLength);
  const isExt = ({ report }: MappedPartition): boolean => report.type?.startsWith('ext') === true;
  const labelled = [...bySize.filter(isExt), ...bySize].find(({ report }) => (report.label ?? '') !== '');
  return labelled?.report.label ?? 'card';
}
