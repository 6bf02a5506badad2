import { runeBytes, runesOf } from "../../go/bytes";
import { RandomNumbers, randomText } from "../../go/random";
import type { GoFunction } from "../function";

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

const random = (name: string, what: string, alphabet: string): GoFunction => ({
  name,
  signature: "func(count int) string",
  doc: `That many random ${what}, from a cryptographic source; none for a negative count.`,
  random: true,
  call: ([count], render) => randomText(alphabet, Number(count), render),
});

export const randomFunctions: readonly GoFunction[] = [
  random("randAlphaNum", "letters and digits", DIGITS + LETTERS),
  random("randAlpha", "letters", LETTERS),
  random("randNumeric", "digits", DIGITS),
  random("randAscii", "printable ASCII characters", PRINTABLE),
  {
    name: "shuffle",
    signature: "func(str string) string",
    doc: "The characters of the text in random order.",
    random: true,
    call: ([text], render) => {
      render.room((text as string).length);
      render.step((text as string).length >> 3);
      const runes = Array.from(runesOf(text as string), ({ value }) => runeBytes(value));
      const numbers = new RandomNumbers(render);
      for (let index = runes.length - 1; index > 0; index--) {
        const other = numbers.below(index + 1);
        const rune = runes[index] as string;
        runes[index] = runes[other] as string;
        runes[other] = rune;
      }
      return runes.join("");
    },
  },
];
