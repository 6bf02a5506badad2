/** Package `encoding/json`, as far as templates use it: `Marshal`, `MarshalIndent`, and `Unmarshal` into an `interface{}`. */
export { marshal, type MarshalOptions } from "./marshal";
export { jsonString } from "./string";
export { unmarshal, type Unmarshalled } from "./unmarshal";
