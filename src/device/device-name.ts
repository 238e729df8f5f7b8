/** Names of devices without their folder: `sda` means `/dev/sda` to a person, and a file of that name to open(2). */
import { stat } from 'node:fs/promises';

/** As Linux (Documentation/admin-guide/devices.txt), macOS and the BSDs name disks and their parts. */
const DISK_NAME =
  /^(?:(?:sd|hd|vd|xvd)[a-z]{1,3}\d*|(?:mmcblk|nbd|loop)\d+(?:p\d+)?|nvme\d+n\d+(?:p\d+)?|sr\d+|md\d+|dm-\d+|r?disk\d+(?:s\d+)?|(?:da|ada|nda)\d+(?:[ps]\d+)?)$/u;

/** The device that a bare word means: one that is there, or that is named as disks are. Undefined for other words. */
export async function deviceMeantBy(word: string): Promise<string | undefined> {
  if (word === '' || /[/\\]/u.test(word) || word === '.' || word === '..') return undefined;
  const place = `/dev/${word}`;
  if (DISK_NAME.test(word)) return place;
  const stats = await stat(place).catch(() => undefined);
  return stats?.isBlockDevice() === true ? place : undefined;
}
