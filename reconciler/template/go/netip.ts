const DIGITS = /^[0-9]{1,3}$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Whether `netip.ParseAddr` takes the text for an IPv6 address, with or without a zone. */
export function isIpv6(text: string): boolean {
  const percent = text.indexOf("%");
  if (percent >= 0 && percent === text.length - 1) return false;
  const address = percent < 0 ? text : text.slice(0, percent);
  // A dot before the first colon makes it an IPv4 address, which is refused as well.
  const first = /[.:]/.exec(address)?.[0];
  if (first !== ":") return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  let size = groups.length;
  if (last.includes(".")) {
    if (address.endsWith("::") || !isIpv4(last)) return false;
    groups.pop();
    size++;
  }
  if (!groups.every((group) => GROUP.test(group))) return false;
  // The ellipsis stands for at least one group.
  return halves.length === 2 ? size <= 7 : size === 8;
}

function isIpv4(text: string): boolean {
  const fields = text.split(".");
  return (
    fields.length === 4 &&
    fields.every(
      (field) => DIGITS.test(field) && Number(field) <= 255 && (field.length === 1 || !field.startsWith("0")),
    )
  );
}
