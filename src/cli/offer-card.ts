/** `backup` without SOURCE: the one card that is plugged in is offered, several are listed, none is said. */
import { listDevices } from '../device/list-devices.ts';
import type { ListedDevice } from '../device/listed-device.ts';
import { runCommand } from '../device/run-command.ts';
import { CardkeepError, NotFoundError } from '../errors.ts';
import { askYesNo, canAsk, cannotAsk, declined } from './ask.ts';
import type { CliContext } from './context.ts';
import { deviceLines, deviceWords } from './describe-device.ts';
import { writeNotice } from './output.ts';

/** The path of the card to back up. `yes`: the one card is taken without asking. */
export async function offerCard(context: CliContext, yes: boolean): Promise<string> {
  const cards = (await listDevices({ all: false, run: runCommand })).filter(({ byteLength }) => byteLength > 0);
  const [card] = cards;
  if (card === undefined) {
    throw new NotFoundError('no card found', {
      hint: 'put it into the reader, or name the device: cardkeep devices --all lists them',
    });
  }
  if (cards.length > 1) throw severalCards(context, cards);
  if (yes) return card.path;
  if (!canAsk()) throw cannotAsk('a card has to be named', `cardkeep backup ${card.path}`);
  if (!(await askYesNo(`Back up the ${deviceWords(card)} at ${card.path}?`, context.signal))) throw declined();
  return card.path;
}

function severalCards(context: CliContext, cards: readonly ListedDevice[]): CardkeepError {
  if (context.options.json !== true) writeNotice(deviceLines(cards));
  return new CardkeepError('usage', 'E_WHICH_DEVICE', `there are ${cards.length} cards`, {
    hint: `name one: cardkeep backup ${cards[0]?.path ?? ''}`,
  });
}
