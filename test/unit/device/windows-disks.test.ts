import { describe, expect, it } from 'vitest';
import { listDevices } from '../../../src/device/list-devices.ts';
import { decodeWindowsDisks } from '../../../src/device/windows-disks.ts';

// Written after the documentation of MSFT_Disk, MSFT_Partition and MSFT_Volume, not recorded.
const DOCUMENT = {
  disks: [
    { Number: 0, FriendlyName: 'Samsung SSD 980', SerialNumber: '0025_3852.', BusType: 'NVMe', Size: 500107862016,
      LogicalSectorSize: 512, IsSystem: true, IsBoot: true, IsReadOnly: false },
    { Number: 2, FriendlyName: 'Generic STORAGE DEVICE', SerialNumber: '  000000001539 ', BusType: 'USB',
      Size: 31914983424, LogicalSectorSize: 512, IsSystem: false, IsBoot: false, IsReadOnly: true },
  ],
  partitions: [
    { DiskNumber: 0, PartitionNumber: 3, Size: 499e9, Type: 'Basic', AccessPaths: ['C:\\', '\\\\?\\Volume{aa}\\'] },
    { DiskNumber: 2, PartitionNumber: 1, Size: 268435456, Type: 'FAT32 XINT13', AccessPaths: ['E:\\', '\\\\?\\Volume{bb}\\'] },
    { DiskNumber: 2, PartitionNumber: 2, Size: 31642353664, Type: 'Unknown', AccessPaths: [] },
  ],
  volumes: { Path: '\\\\?\\Volume{bb}\\', FileSystem: 'FAT32', FileSystemLabel: 'bootfs' },
}; // prettier-ignore

describe('disks of Windows', () => {
  it('lists the card', async () => {
    const run = async (command: string): Promise<string> => {
      expect(command).toBe('powershell.exe');
      return `\u{FEFF}${JSON.stringify(DOCUMENT)}\r\n`;
    };
    expect(await listDevices({ run, platform: 'win32' })).toEqual([
      {
        path: String.raw`\\.\PhysicalDrive2`,
        byteLength: 31914983424,
        sectorSize: 512,
        model: 'Generic STORAGE DEVICE',
        serial: '000000001539',
        bus: 'usb',
        removable: true,
        system: false,
        readOnly: true,
        partitions: [
          {
            path: String.raw`\\.\Harddisk2Partition1`,
            number: 1,
            fileSystem: 'FAT32',
            label: 'bootfs',
            byteLength: 268435456,
            mountPoints: ['E:\\'],
          },
          {
            path: String.raw`\\.\Harddisk2Partition2`,
            number: 2,
            fileSystem: 'Unknown',
            label: '',
            byteLength: 31642353664,
            mountPoints: [],
          },
        ],
      },
    ]);
  });

  it('takes numbers for bus types, and one disk that is not in an array', () => {
    const [found] = decodeWindowsDisks('{"disks":{"Number":1,"BusType":12,"Size":1000}}');
    expect(found?.device).toMatchObject({ bus: 'sd', path: String.raw`\\.\PhysicalDrive1`, removable: true });
    expect(decodeWindowsDisks('{"disks":{"Number":1,"BusType":"15"}}')[0]?.isArtificial).toBe(true);
  });

  it.each(['', 'Get-Disk : Access denied', '{'])('%s is refused in one line', (text) => {
    expect(() => decodeWindowsDisks(text)).toThrow(expect.objectContaining({ code: 'E_TOOL_FAILED' }));
  });

  it.each(['null', '[]', '{"disks":null}', '{"disks":[null]}', '{"disks":[{"Size":"x"}],"partitions":7}'])(
    '%s does no harm',
    (text) => {
      for (const { device } of decodeWindowsDisks(text)) expect(device.byteLength).toBe(0);
    },
  );
});
