/**
 * Disks of Linux from `lsblk --json --bytes --output-all` (util-linux 2.27 and later: before 2.33 all values are
 * strings; `mountpoints` came with 2.37, `partn` with 2.39).
 */
import { CardkeepError } from '../errors.ts';
import { asArray, asCount, asFlag, asRecord } from './json-fields.ts';
import type { JsonRecord } from './json-fields.ts';
import { isSystemMountPoint } from './listed-device.ts';
import type { FoundDevice, ListedPartition } from './listed-device.ts';
import { printablePath, printableText } from './printable-text.ts';

export const LSBLK_ARGS: readonly string[] = ['--json', '--bytes', '--output-all'];

/** A RAID below LVM below LUKS has 4 levels; more than this is not a real tree. */
const MOST_LEVELS = 16;
/** Shared children (RAID, multipath) are listed once per parent. */
const MOST_NODES = 65_536;

/** Throws E_TOOL_FAILED when it is not what lsblk prints. Fields that are missing or odd count as unknown. */
export function decodeLsblk(json: string): FoundDevice[] {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    throw new CardkeepError('failed', 'E_TOOL_FAILED', 'lsblk printed no JSON', {
      cause: error,
      hint: 'it may be too old (util-linux 2.27 is needed): name the device itself',
    });
  }
  const budget = { nodes: MOST_NODES };
  return asArray(asRecord(document)['blockdevices'])
    .map(asRecord)
    .filter((node) => kernelName(node) !== '')
    .map((node) => decodeDisk(node, budget));
}

interface Budget {
  nodes: number;
}

function decodeDisk(node: JsonRecord, budget: Budget): FoundDevice {
  const name = kernelName(node);
  const children = asArray(node['children']).map(asRecord);
  const parts = children.filter((child) => child['type'] === 'part');
  const others = children.filter((child) => child['type'] !== 'part');
  const partitions = parts.map((part) => decodePartition(part, name, budget));
  // A file system, LVM or LUKS on the whole disk: shown as partition 0.
  const wholeMounts = [...mountPointsOf(node), ...others.flatMap((child) => allMountPoints(child, 1, budget))];
  const fileSystem = printableText(node['fstype']);
  if (wholeMounts.length > 0 || (fileSystem !== '' && parts.length === 0)) {
    partitions.unshift(partitionOf(node, 0, wholeMounts));
  }
  const bus = busOf(node, name);
  const mountPoints = partitions.flatMap((partition) => partition.mountPoints);
  return {
    isArtificial: isArtificial(node, name),
    device: {
      path: pathOf(node),
      byteLength: asCount(node['size']),
      sectorSize: asCount(node['log-sec']) || 512,
      model: modelOf(node),
      serial: printableText(node['serial']),
      bus,
      removable: asFlag(node['rm']) || asFlag(node['hotplug']),
      system: mountPoints.some(isSystemMountPoint),
      readOnly: asFlag(node['ro']),
      partitions,
    },
  };
}

function decodePartition(node: JsonRecord, diskName: string, budget: Budget): ListedPartition {
  const given = asCount(node['partn']);
  const fromName = /^p?(\d{1,5})$/.exec(kernelName(node).slice(diskName.length))?.[1];
  return partitionOf(node, given > 0 ? given : Number(fromName ?? 0), allMountPoints(node, 1, budget));
}

function partitionOf(node: JsonRecord, number: number, mountPoints: readonly string[]): ListedPartition {
  return {
    path: pathOf(node),
    number,
    fileSystem: printableText(node['fstype']),
    label: printableText(node['label']),
    byteLength: asCount(node['size']),
    mountPoints: [...new Set(mountPoints)],
  };
}

/** Of the node and of all that lies on it. Beyond the limits nothing more is looked at. */
function allMountPoints(node: JsonRecord, level: number, budget: Budget): string[] {
  if (level > MOST_LEVELS || budget.nodes-- <= 0) return [];
  const below = asArray(node['children']).flatMap((child) => allMountPoints(asRecord(child), level + 1, budget));
  return [...mountPointsOf(node), ...below];
}

function mountPointsOf(node: JsonRecord): string[] {
  const all = [node['mountpoint'], ...asArray(node['mountpoints'])].map(printablePath);
  return [...new Set(all)].filter((mountPoint) => mountPoint !== '');
}

function kernelName(node: JsonRecord): string {
  return printablePath(node['kname']) || printablePath(node['name']);
}

function pathOf(node: JsonRecord): string {
  // A name holds `!` where its node has a folder: cciss!c0d0.
  return printablePath(node['path']) || `/dev/${kernelName(node).replaceAll('!', '/')}`;
}

/** Vendor and model in one, as they stand on the medium: "SanDisk Ultra". */
function modelOf(node: JsonRecord): string {
  const model = printableText(node['model']);
  const vendor = printableText(node['vendor']);
  const isPartOfModel = model.toLowerCase().startsWith(vendor.toLowerCase());
  // "ATA" is the name of the translation layer, virtio has a number.
  return vendor === '' || isPartOfModel || vendor === 'ATA' || vendor.startsWith('0x')
    ? model
    : `${vendor} ${model}`.trim();
}

function busOf(node: JsonRecord, name: string): string {
  const transport = printableText(node['tran']);
  if (transport !== '') return transport;
  const subsystems = typeof node['subsystems'] === 'string' ? node['subsystems'].split(':') : [];
  if (subsystems.includes('usb')) return 'usb';
  if (subsystems.includes('mmc') || name.startsWith('mmcblk')) return 'mmc';
  if (name.startsWith('loop')) return 'loop';
  if (name.startsWith('nvme')) return 'nvme';
  if (name.startsWith('vd')) return 'virtio';
  return '';
}

function isArtificial(node: JsonRecord, name: string): boolean {
  const type = node['type'];
  return (
    (typeof type === 'string' && type !== 'disk') ||
    /^(loop|zram|ram|sr|fd|md|dm-|nbd|mmcblk\d+(boot\d|rpmb|gp\d))/.test(name)
  );
}
