import { realWorld, type World } from "../world";
import { templateSuite } from "./template-suite";

let world: World;
beforeAll(async () => {
  world = await realWorld();
});
afterAll(() => world.stop());

describe("templates, on the real servers", () => templateSuite(() => world));
