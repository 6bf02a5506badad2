import { INT_SLICE } from "../../go/type";
import { GoSlice, wrapInt, type Value } from "../../go/value";
import { LimitError, type GoFunction, type Render } from "../function";
import { joined } from "../show";

export const sequenceFunctions: readonly GoFunction[] = [
  {
    name: "until",
    signature: "func(count int) []int",
    doc: "The integers from 0 to before the count, downwards for a negative one.",
    example: ["{{ until 4 }}", "[0 1 2 3]"],
    call: ([count], render) => {
      const stop = count as bigint;
      return new GoSlice(INT_SLICE, sequence(0n, stop, stop < 0n ? -1n : 1n, render));
    },
  },
  {
    name: "untilStep",
    signature: "func(start, stop, step int) []int",
    doc: "The integers from `start` to before `stop`; none if the step leads away from it.",
    example: ["{{ untilStep 3 10 3 }}", "[3 6 9]"],
    call: ([start, stop, step], render) =>
      new GoSlice(INT_SLICE, sequence(start as bigint, stop as bigint, step as bigint, render)),
  },
  {
    name: "seq",
    signature: "func(params ...int) string",
    doc: "Integers with spaces between them: `seq END`, `seq START END` or `seq START STEP END`, the end among them.",
    example: ["{{ seq 0 2 10 }}", "0 2 4 6 8 10"],
    call: (params, render) => {
      const numbers = inclusive(params as readonly bigint[], render);
      return joined(numbers.map(String), " ", render);
    },
  },
];

function inclusive(params: readonly bigint[], render: Render): readonly Value[] {
  if (params.length === 0 || params.length > 3) return [];
  const end = params[params.length - 1] as bigint;
  const start = params.length === 1 ? 1n : (params[0] as bigint);
  const direction = end < start ? -1n : 1n;
  const step = params.length === 3 ? (params[1] as bigint) : direction;
  if (direction < 0n && step > 0n) return [];
  return sequence(start, wrapInt(end + direction), step, render);
}

/** sprig's `untilStep`. */
function sequence(start: bigint, stop: bigint, step: bigint, render: Render): readonly Value[] {
  const distance = stop - start;
  if (distance < 0n ? step >= 0n : step <= 0n) return [];
  const count = (distance + step + (distance < 0n ? 1n : -1n)) / step;
  render.room(Number(count));
  render.step(Number(count));
  // Go would count round the int64 for ever.
  if (wrapInt(start + count * step) !== start + count * step) throw new LimitError("size");
  const numbers: bigint[] = [];
  for (let number = start, left = Number(count); left > 0; left--, number += step) numbers.push(number);
  return numbers;
}
