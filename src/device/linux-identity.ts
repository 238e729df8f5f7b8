/** What a disk says about itself, from sysfs: needs no udev, no tool and no rights. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { readSysLink, readSysText } from './linux-sysfs.ts';
import { printableText } from './printable-text.ts';

export interface DiskIdentity {
  readonly model: string;
  readonly serial: string;
  readonly bus: string;
  /** An SD card, as opposed to soldered memory on the same bus. */
  readonly isSdCard: boolean;
}

/** `diskFolder`: that of the whole disk in sysfs. Unknown texts are ''. */
export async function readDiskIdentity(diskFolder: string): Promise<DiskIdentity> {
  const device = path.join(diskFolder, 'device');
  const bus = await readBus(diskFolder, device);
  const isSdCard = bus === 'mmc' && (await readSysText(path.join(device, 'type'))) === 'SD';
  // The name of an MMC card is in `name`; SCSI and NVMe have `model`, SCSI pads it and keeps the maker in `vendor`.
  const own = bus === 'mmc' ? await readName(device, 'name') : await readName(device, 'model');
  const vendor = bus === 'usb' || bus === 'scsi' ? await readName(device, 'vendor') : '';
  const model =
    own.toLowerCase().startsWith(vendor.toLowerCase()) || vendor === 'ATA' ? own : `${vendor} ${own}`.trim();
  const serial = (await readName(device, 'serial')) || (await readName(diskFolder, 'serial'));
  return { model, serial: serial === '' && bus === 'usb' ? await readUsbSerial(device) : serial, bus, isSdCard };
}

async function readName(folder: string, name: string): Promise<string> {
  return printableText(await readSysText(path.join(folder, name)));
}

async function readBus(diskFolder: string, device: string): Promise<string> {
  const name = path.basename(diskFolder);
  if (name.startsWith('loop')) return 'loop';
  if (name.startsWith('nvme')) return 'nvme';
  const place = await realpath(device).catch(() => '');
  if (/\/usb\d+\//.test(place)) return 'usb';
  const subsystem = path.basename((await readSysLink(path.join(device, 'subsystem'))) ?? '');
  return subsystem;
}

/** Deeper trees than this have no USB device above the disk. */
const MOST_PARENTS = 12;

/** The serial number of the stick or reader: that of the nearest USB device above the disk. */
async function readUsbSerial(device: string): Promise<string> {
  let folder = await realpath(device).catch(() => '/');
  for (let i = 0; i < MOST_PARENTS && path.dirname(folder) !== folder; i++) {
    if ((await readSysText(path.join(folder, 'idVendor'))) !== undefined) return readName(folder, 'serial');
    folder = path.dirname(folder);
  }
  return '';
}
