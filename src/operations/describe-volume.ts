/** The disk map in the words of a snapshot: what `show` and the summary tell about the device. */
import { isMediumError, sliceSource, type BlockSource } from '../device/block-source.ts';
import { readSmallFile } from '../filesystems/ext4/read-small-file.ts';
import { isKeepWhole } from '../filesystems/filesystem.ts';
import type { DiskMap, MappedPartition } from '../capture/disk-map.ts';
import type { PartitionEntry } from '../layout/disk-layout.ts';
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

/** RFC 1035 allows 253 characters; a file that holds more is not a host name. */
const MAX_HOST_NAME_BYTES = 256;

/** What a person calls the card: the host name on its largest Linux partition, else that one's label, else any label. */
export async function suggestCardName(source: BlockSource, disk: DiskMap): Promise<string> {
  const bySize = [...disk.partitions].sort((a, b) => b.entry.byteLength - a.entry.byteLength);
  const linux = bySize.filter(({ report }) => report.type?.startsWith('ext') === true);
  for (const { entry } of linux) {
    const hostName = await readHostName(source, entry);
    if (hostName !== undefined) return hostName;
  }
  const labelled = [...linux, ...bySize].find(({ report }) => (report.label ?? '') !== '');
  return labelled?.report.label ?? 'card';
}

async function readHostName(
  source: BlockSource,
  { byteOffset, byteLength }: PartitionEntry,
): Promise<string | undefined> {
  if (byteOffset + byteLength > source.byteLength) return undefined;
  try {
    const partition = sliceSource(source, byteOffset, byteLength);
    const content = await readSmallFile(partition, ['etc', 'hostname'], MAX_HOST_NAME_BYTES);
    const name = new TextDecoder().decode(content).trim();
    return /^[A-Za-z0-9][A-Za-z0-9.-]*$/u.test(name) && name !== 'localhost' ? name : undefined;
  } catch (error) {
    // A bad sector here only costs the name; where it holds data, the capture will say so.
    if (isMediumError(error)) return undefined;
    throw error;
  }
}
