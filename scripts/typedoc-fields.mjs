// A typedoc plugin: what a user writes has a sentence for every field. typedoc itself can only ask that of all properties or of
// none, and the names of most result fields say all there is to say.
import { Application, ReflectionKind } from "typedoc";

const WRITTEN_BY_USERS = /(Spec|Props|Args|Options)$/;

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const field of project.getReflectionsByKind(ReflectionKind.Property)) {
      const owner = ownerOf(field);
      if (owner !== undefined && WRITTEN_BY_USERS.test(owner.name) && !field.hasComment())
        app.logger.validationWarning(`${owner.name}.${field.name} is written by users and has no docstring`);
    }
  });
}

/** The interface or type alias that has the field itself, not in an object inside it. */
function ownerOf(field) {
  const { parent } = field;
  if (parent?.kindOf(ReflectionKind.Interface)) return parent;
  return parent?.parent?.kindOf(ReflectionKind.TypeAlias) ? parent.parent : undefined;
}
