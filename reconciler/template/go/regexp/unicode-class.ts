/**
 * The names of `\p{...}` that Go knows, in their canonical form (see {@link unicodeClass}), by the name re2js has for the same class.
 * Go 1.26 cannot find the scripts of more than one word (`Old_Italic`), nor those that came after Unicode 15, so neither do we; re2js
 * knows them, and properties such as Emoji, which Go does not.
 */
const CATEGORIES =
  "C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";
const SCRIPTS = `Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid
  Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Dogra Duployan Elbasan Elymaic
  Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese
  Kaithi Kannada Katakana Kawi Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Lisu Lycian Lydian Mahajani Makasar Malayalam
  Mandaic Manichaean Marchen Medefaidrin Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham Oriya
  Osage Osmanya Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham Sinhala Sogdian Soyombo Sundanese
  Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho
  Yezidi Yi`;
const ALIASES: readonly (readonly [string, string])[] = [
  ["Any", "Any"],
  ["Assigned", "Assigned"],
  ["Ascii", "Ascii"],
  ["Lc", "Lc"],
  ["Casedletter", "Lc"],
  ["Closepunctuation", "Pe"],
  ["Combiningmark", "M"],
  ["Connectorpunctuation", "Pc"],
  ["Control", "Cc"],
  ["Currencysymbol", "Sc"],
  ["Dashpunctuation", "Pd"],
  ["Decimalnumber", "Nd"],
  ["Enclosingmark", "Me"],
  ["Finalpunctuation", "Pf"],
  ["Format", "Cf"],
  ["Initialpunctuation", "Pi"],
  ["Letter", "L"],
  ["Letternumber", "Nl"],
  ["Lineseparator", "Zl"],
  ["Lowercaseletter", "Ll"],
  ["Mark", "M"],
  ["Mathsymbol", "Sm"],
  ["Modifierletter", "Lm"],
  ["Modifiersymbol", "Sk"],
  ["Nonspacingmark", "Mn"],
  ["Number", "N"],
  ["Openpunctuation", "Ps"],
  ["Other", "C"],
  ["Otherletter", "Lo"],
  ["Othernumber", "No"],
  ["Otherpunctuation", "Po"],
  ["Othersymbol", "So"],
  ["Paragraphseparator", "Zp"],
  ["Privateuse", "Co"],
  ["Punctuation", "P"],
  ["Separator", "Z"],
  ["Spaceseparator", "Zs"],
  ["Spacingmark", "Mc"],
  ["Surrogate", "Cs"],
  ["Symbol", "S"],
  ["Titlecaseletter", "Lt"],
  ["Unassigned", "Cn"],
  ["Uppercaseletter", "Lu"],
  ["Cntrl", "Cc"],
  ["Digit", "Nd"],
  ["Punct", "P"],
];
const NAMES: ReadonlyMap<string, string> = new Map([
  ...CATEGORIES.split(" ").map((name) => [name, name] as const),
  ...SCRIPTS.split(/\s+/).map((name) => [name, name] as const),
  ...ALIASES,
]);

/** The name re2js has for a class that Go would find under a name: case, spaces, `-` and `_` do not count. */
export function unicodeClass(name: string): string | undefined {
  const letters = name.replace(/[-_ ]/g, "");
  // ASCII only, so that the Kelvin sign does not become a k.
  if (!/^[A-Za-z]+$/.test(letters)) return undefined;
  return NAMES.get(letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase());
}
