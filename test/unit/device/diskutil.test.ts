import { describe, expect, it } from 'vitest';
import { decodeDiskutil, diskNamesOf } from '../../../src/device/diskutil.ts';
import { isPlausibleCard } from '../../../src/device/listed-device.ts';
import { listDevices } from '../../../src/device/list-devices.ts';
import { decodePlist } from '../../../src/device/plist.ts';

// Written after the documented keys of diskutil's property lists, not recorded: a Mac that starts from an APFS
// container (disk3) on its built-in disk (disk0), a card in the built-in slot (disk4), a mounted disk image (disk5).
const plist = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">\n${body}\n</plist>\n`;
const LIST = plist(`<dict>
  <key>AllDisks</key><array><string>disk0</string><string>disk0s2</string></array>
  <key>AllDisksAndPartitions</key>
  <array>
    <dict>
      <key>Content</key><string>GUID_partition_scheme</string>
      <key>DeviceIdentifier</key><string>disk0</string>
      <key>OSInternal</key><false/>
      <key>Partitions</key>
      <array><dict>
        <key>Content</key><string>Apple_APFS</string>
        <key>DeviceIdentifier</key><string>disk0s2</string>
        <key>Size</key><integer>494384795648</integer>
      </dict></array>
      <key>Size</key><integer>500277792768</integer>
    </dict>
    <dict>
      <key>APFSPhysicalStores</key><array><dict><key>DeviceIdentifier</key><string>disk0s2</string></dict></array>
      <key>APFSVolumes</key>
      <array>
        <dict>
          <key>DeviceIdentifier</key><string>disk3s1</string>
          <key>MountedSnapshots</key><array><dict>
            <key>SnapshotBSD</key><string>/dev/disk3s1s1</string><key>SnapshotMountPoint</key><string>/</string>
          </dict></array>
          <key>VolumeName</key><string>Macintosh HD</string>
        </dict>
        <dict>
          <key>DeviceIdentifier</key><string>disk3s5</string>
          <key>MountPoint</key><string>/System/Volumes/Data</string>
        </dict>
      </array>
      <key>DeviceIdentifier</key><string>disk3</string>
      <key>Partitions</key><array/>
      <key>Size</key><integer>494384795648</integer>
    </dict>
    <dict>
      <key>Content</key><string>FDisk_partition_scheme</string>
      <key>DeviceIdentifier</key><string>disk4</string>
      <key>Partitions</key>
      <array>
        <dict>
          <key>Content</key><string>Windows_FAT_32</string><key>DeviceIdentifier</key><string>disk4s1</string>
          <key>MountPoint</key><string>/Volumes/bootfs</string><key>Size</key><integer>268435456</integer>
          <key>VolumeName</key><string>boot &amp; &#x66;s</string>
        </dict>
        <dict>
          <key>Content</key><string>Linux</string><key>DeviceIdentifier</key><string>disk4s2</string>
          <key>Size</key><integer>31642353664</integer>
        </dict>
      </array>
      <key>Size</key><integer>31914983424</integer>
    </dict>
    <dict><key>DeviceIdentifier</key><string>disk5</string><key>Size</key><integer>1000000</integer></dict>
    <dict><key>DeviceIdentifier</key><string>../../etc/x; rm</string></dict>
  </array>
</dict>`);
const INFOS: Record<string, string> = {
  disk0:
    '<key>BusProtocol</key><string>Apple Fabric</string><key>Internal</key><true/><key>VirtualOrPhysical</key><string>Physical</string><key>DeviceBlockSize</key><integer>4096</integer>',
  disk3: '<key>VirtualOrPhysical</key><string>Virtual</string>',
  disk4: `<key>BusProtocol</key><string>Secure Digital</string><key>DeviceBlockSize</key><integer>512</integer>
    <key>MediaName</key><string>SU16G</string><key>RemovableMedia</key><true></true><key>WritableMedia</key><false/>
    <key>TotalSize</key><integer>31914983424</integer><key>VirtualOrPhysical</key><string>Unknown</string>`,
  disk5: '<key>BusProtocol</key><string>Disk Image</string><key>RemovableMedia</key><true/>',
};

async function run(command: string, args: readonly string[]): Promise<string> {
  expect(command).toBe('diskutil');
  if (args[0] === 'list') return LIST;
  const name = args[2]!.replace('/dev/', '');
  return plist(`<dict>${INFOS[name]}</dict>`);
}

describe('disks of macOS', () => {
  it('lists the card, and the rest with --all', async () => {
    expect(await listDevices({ run, platform: 'darwin' })).toEqual([
      {
        path: '/dev/disk4',
        byteLength: 31914983424,
        sectorSize: 512,
        model: 'SU16G',
        serial: '',
        bus: 'sd',
        removable: true,
        system: false,
        readOnly: true,
        partitions: [
          {
            path: '/dev/disk4s1',
            number: 1,
            fileSystem: 'Windows_FAT_32',
            label: 'boot & fs',
            byteLength: 268435456,
            mountPoints: ['/Volumes/bootfs'],
          },
          { path: '/dev/disk4s2', number: 2, fileSystem: 'Linux', label: '', byteLength: 31642353664, mountPoints: [] },
        ],
      },
    ]);
    const all = await listDevices({ run, platform: 'darwin', all: true });
    expect(all.map(({ path, system }) => [path, system])).toEqual([
      ['/dev/disk0', true],
      ['/dev/disk3', false],
      ['/dev/disk4', false],
      ['/dev/disk5', false],
    ]);
    expect(all[0]).toMatchObject({ sectorSize: 4096, partitions: [{ mountPoints: ['/', '/System/Volumes/Data'] }] });
  });

  it('never hands a name from the list to diskutil that is no disk', () => {
    expect(diskNamesOf(decodePlist(LIST))).toEqual(['disk0', 'disk3', 'disk4', 'disk5']);
  });

  it('lists what it knows of a disk that is gone by then', () => {
    const found = decodeDiskutil(decodePlist(LIST), new Map());
    expect(found.find(({ device }) => device.path === '/dev/disk4')?.device).toMatchObject({ byteLength: 31914983424 });
    expect(found.filter(isPlausibleCard)).toEqual([]);
  });
});

describe('property lists', () => {
  it('of every type', () => {
    const text = plist(
      '<!-- c --><dict><key>a</key><array><true/><false></false><real>1.5</real><string/><integer>x</integer></array>' +
        '<key>d</key><date>2026-11-21T00:00:00Z</date><key>b</key><data>AAEC</data><key/><dict/><key>__proto__</key><string>p</string></dict>',
    );
    const value = decodePlist(text) as Record<string, unknown>;
    expect(value['a']).toEqual([true, false, 1.5, '', 'x']);
    expect(value).toMatchObject({ d: '2026-11-21T00:00:00Z', b: 'AAEC', '': {} });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    '',
    'diskutil: no such disk',
    '<plist>',
    '<dict>',
    '<dict><key>a</key></dict>',
    '<dict><string>a</string></dict>',
    '<array><string>a</array>',
    '</dict>',
    '<html></html>',
    '<array>text</array>',
    '<string>a<b/></string>',
    '<array>'.repeat(100_000),
    `<!DOCTYPE plist [<!ENTITY a "b">]><string>&a;</string>`,
    '<string',
  ])('%.40s is refused in one line', (text) => {
    expect(() => decodePlist(text)).toThrow(expect.objectContaining({ code: 'E_TOOL_FAILED' }));
  });

  it('does not take long for long nonsense', () => {
    const start = performance.now();
    for (const text of [
      '<'.repeat(200_000),
      '<a '.repeat(100_000),
      `<!--${'-'.repeat(200_000)}`,
      `<string>${'&'.repeat(200_000)}`,
    ]) {
      expect(() => decodePlist(text)).toThrow();
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
