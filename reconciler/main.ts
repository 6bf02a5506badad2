import { main } from "./run";

void main(process.argv.slice(2)).then((code) => process.exit(code));
