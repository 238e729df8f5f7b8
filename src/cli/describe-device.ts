/** Devices in words: one line each, its partitions below. */
import type { ListedDevice } from '../device/listed-device.ts';
import { fileSystemName } from './describe-version.ts';
import { humanBytes, layOutTable, visibleText } from './human-format.ts';

/** `/dev/sda  16.9 GB  SanDisk SU16G  usb`, then the partitions. */
export function deviceLines(devices: readonly ListedDevice[]): string[] {
  const heads = layOutTable(
    [{}, { align: 'right' }, {}, {}, {}],
    devices.map((device) => [
      visibleText(device.path),
      humanBytes(device.byteLength),
      visibleText(device.model),
      visibleText(device.bus),
      marksOf(device).join(', '),
    ]),
  );
  return devices.flatMap((device, i) => [heads[i] ?? '', ...partitionLines(device)]);
}

/** One line for a question: `16.9 GB SanDisk SU16G (bootfs, rootfs)`. */
export function deviceWords(device: ListedDevice): string {
  const labels = device.partitions.map(({ label }) => label).filter((label) => label !== '');
  const inside = labels.length === 0 ? '' : ` (${labels.join(', ')})`;
  return visibleText(
    `${[humanBytes(device.byteLength), device.model].filter((part) => part !== '').join(' ')}${inside}`,
  );
}

function marksOf(device: ListedDevice): string[] {
  const isMounted = device.partitions.some(({ mountPoints }) => mountPoints.length > 0);
  return [
    device.system ? 'holds the system' : '',
    device.readOnly ? 'read-only' : '',
    isMounted && !device.system ? 'mounted' : '',
  ].filter((mark) => mark !== '');
}

function partitionLines({ partitions }: ListedDevice): string[] {
  const rows = partitions.map(({ path, fileSystem, label, byteLength, mountPoints }) => [
    visibleText(path),
    humanBytes(byteLength),
    fileSystemName(fileSystem),
    visibleText(label),
    mountPoints.length === 0 ? '' : `mounted at ${visibleText(mountPoints.join(', '))}`,
  ]);
  return layOutTable([{}, { align: 'right' }, {}, {}, {}], rows).map((line) => `  ${line}`);
}
