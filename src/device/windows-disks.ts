/**
 * Disks of Windows from the cmdlets Get-Disk, Get-Partition and Get-Volume of its Storage module (classes MSFT_Disk,
 * MSFT_Partition and MSFT_Volume of the Storage Management API).
 */
import { CardkeepError } from '../errors.ts';
import { asArray, asCount, asFlag, asRecord } from './json-fields.ts';
import type { JsonRecord } from './json-fields.ts';
import type { FoundDevice, ListedPartition } from './listed-device.ts';
import { printablePath, printableText } from './printable-text.ts';

/** One document with all three lists. Texts are made in PowerShell: JSON of an enumeration differs by version. */
const SCRIPT = `
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
@{
  disks = @(Get-Disk | Select-Object Number, FriendlyName, SerialNumber, @{n='BusType'; e={"$($_.BusType)"}}, Size,
    LogicalSectorSize, IsSystem, IsBoot, IsReadOnly)
  partitions = @(Get-Partition -ErrorAction SilentlyContinue | Select-Object DiskNumber, PartitionNumber, Size,
    @{n='Type'; e={"$($_.Type)"}}, @{n='AccessPaths'; e={@($_.AccessPaths)}})
  volumes = @(Get-Volume -ErrorAction SilentlyContinue | Select-Object Path, FileSystem, FileSystemLabel)
} | ConvertTo-Json -Depth 4 -Compress`;

export const POWERSHELL_ARGS: readonly string[] = ['-NoProfile', '-NonInteractive', '-Command', SCRIPT];

/** Throws E_TOOL_FAILED when it is not what the script prints. */
export function decodeWindowsDisks(json: string): FoundDevice[] {
  let document: JsonRecord;
  try {
    document = asRecord(JSON.parse(json.replace(/^\u{FEFF}/u, '')));
  } catch (error) {
    throw new CardkeepError('failed', 'E_TOOL_FAILED', 'PowerShell printed no list of disks', {
      cause: error,
      hint: String.raw`name the device itself: \\.\PhysicalDrive1`,
    });
  }
  const partitions = asArray(document['partitions']).map(asRecord);
  const volumes = asArray(document['volumes']).map(asRecord);
  return asArray(document['disks'])
    .map(asRecord)
    .map((disk) => decodeDisk(disk, partitions, volumes));
}

function decodeDisk(disk: JsonRecord, partitions: readonly JsonRecord[], volumes: readonly JsonRecord[]): FoundDevice {
  const number = asCount(disk['Number']);
  const own = partitions.filter((part) => asCount(part['DiskNumber']) === number);
  const bus = busOf(disk['BusType']);
  return {
    isArtificial: ['virtual', 'file backed virtual', 'storage spaces', 'iscsi'].includes(bus),
    device: {
      path: String.raw`\\.\PhysicalDrive${number}`,
      byteLength: asCount(disk['Size']),
      sectorSize: asCount(disk['LogicalSectorSize']) || 512,
      model: printableText(disk['FriendlyName']),
      serial: printableText(disk['SerialNumber']),
      bus,
      removable: bus === 'usb' || bus === 'sd' || bus === 'mmc',
      system: asFlag(disk['IsSystem']) || asFlag(disk['IsBoot']),
      readOnly: asFlag(disk['IsReadOnly']),
      partitions: own.map((part) => decodePartition(part, number, volumes)),
    },
  };
}

function decodePartition(part: JsonRecord, diskNumber: number, volumes: readonly JsonRecord[]): ListedPartition {
  const paths = asArray(part['AccessPaths']).map(printablePath);
  const volume = volumes.find((one) => paths.includes(printablePath(one['Path']))) ?? {};
  const number = asCount(part['PartitionNumber']);
  return {
    path: String.raw`\\.\Harddisk${diskNumber}Partition${number}`,
    number,
    fileSystem: printableText(volume['FileSystem']) || printableText(part['Type']),
    label: printableText(volume['FileSystemLabel']),
    byteLength: asCount(part['Size']),
    // Every volume has a path \\?\Volume{GUID}\ as well, mounted or not.
    mountPoints: paths.filter((path) => path !== '' && !path.startsWith('\\\\')),
  };
}

/** MSFT_Disk.BusType, for versions that give its number. */
const BUS_NUMBERS: Readonly<Record<string, string>> = {
  '1': 'scsi',
  '3': 'ata',
  '7': 'usb',
  '8': 'raid',
  '9': 'iscsi',
  '10': 'sas',
  '11': 'sata',
  '12': 'sd',
  '13': 'mmc',
  '14': 'virtual',
  '15': 'file backed virtual',
  '16': 'storage spaces',
  '17': 'nvme',
};

function busOf(value: unknown): string {
  const text = printableText(typeof value === 'number' ? `${value}` : value).toLowerCase();
  return BUS_NUMBERS[text] ?? text;
}
