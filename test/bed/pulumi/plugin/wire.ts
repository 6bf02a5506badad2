import { ListValue, NullValue, Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { isList, isMap, mapOf, Secret, Unknown, UNKNOWN, type Value, type ValueMap } from "./values";

/**
 * Test fixture. Property values on Pulumi's wire are a protobuf Struct in which a map with the signature key stands for a value
 * of another kind, and fixed GUIDs stand for values that are not known yet (Pulumi SDK, go/common/resource/plugin/rpc.go).
 */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET_OR_ARCHIVE = new Set(["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"]);
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function decode(struct: Struct | undefined): ValueMap {
  const entries: (readonly [string, Value])[] = [];
  struct?.getFieldsMap().forEach((value, key) => entries.push([key, decodeValue(value)]));
  return mapOf<Value>(entries);
}

export function encode(values: ValueMap): Struct {
  const struct = new Struct();
  for (const [key, value] of Object.entries(values)) struct.getFieldsMap().set(key, encodeValue(value));
  return struct;
}

function decodeValue(wire: WireValue): Value {
  switch (wire.getKindCase()) {
    case WireValue.KindCase.BOOL_VALUE:
      return wire.getBoolValue();
    case WireValue.KindCase.NUMBER_VALUE:
      return wire.getNumberValue();
    case WireValue.KindCase.STRING_VALUE:
      return UNKNOWNS.has(wire.getStringValue()) ? UNKNOWN : wire.getStringValue();
    case WireValue.KindCase.LIST_VALUE:
      return (wire.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case WireValue.KindCase.STRUCT_VALUE:
      return decodeSigned(decode(wire.getStructValue()));
    case WireValue.KindCase.NULL_VALUE:
    case WireValue.KindCase.KIND_NOT_SET:
      return null;
  }
}

function decodeSigned(map: ValueMap): Value {
  const signature = map[SIGNATURE];
  if (typeof signature !== "string") return map;
  if (signature === SECRET) return new Secret(map["value"] ?? null);
  if (signature === RESOURCE) return map["id"] ?? map["urn"] ?? null;
  if (signature === OUTPUT) {
    const value = map["value"] ?? UNKNOWN;
    return map["secret"] === true ? new Secret(value) : value;
  }
  if (ASSET_OR_ARCHIVE.has(signature)) throw new Error("assets and archives are not supported by this test fixture");
  throw new Error(`a property value with the unknown signature ${signature} is not supported by this test fixture`);
}

function encodeValue(value: Value): WireValue {
  const wire = new WireValue();
  if (value instanceof Unknown) wire.setStringValue(UNKNOWN_STRING);
  else if (value === null) wire.setNullValue(NullValue.NULL_VALUE);
  else if (value instanceof Secret) wire.setStructValue(encode({ [SIGNATURE]: SECRET, value: value.value }));
  else if (isList(value)) {
    const list = new ListValue();
    list.setValuesList(value.map(encodeValue));
    wire.setListValue(list);
  } else if (isMap(value)) wire.setStructValue(encode(value));
  else if (typeof value === "boolean") wire.setBoolValue(value);
  else if (typeof value === "number") wire.setNumberValue(value);
  else wire.setStringValue(value);
  return wire;
}
