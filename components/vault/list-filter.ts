/**
 * Why the server refuses a `list_scan_response_keys_filter_path`; undefined when it does not, or cannot be told. Judged are texts in
 * which every action is `{{.key}}` or `{{.path}}`: the result has to depend on the key. Other Go templates pass unjudged.
 */
export function filterProblem(template: string): string | undefined {
  const actions = [...template.matchAll(/\{\{(?:- )?([^]*?)(?: -)?\}\}/g)].map(([, action = ""]) => action.trim());
  const rest = template.replace(/\{\{[^]*?\}\}/g, "");
  if (rest.includes("{{")) return "is no template: an action does not end";
  if (actions.includes(".key")) return undefined;
  return actions.every((action) => action === ".path") ? "does not use {{.key}}" : undefined;
}
