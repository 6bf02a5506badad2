import { sandboxWorld, type World } from "../world";
import { templateSuite } from "./template-suite";

let world: World;
beforeAll(async () => {
  world = await sandboxWorld();
});
afterAll(() => world.stop());

describe("templates, on the sandbox", () => templateSuite(() => world));
