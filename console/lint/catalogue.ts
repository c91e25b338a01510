/** The English catalogue as its source says it: which words there are, and what each function is given. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** `given`: the types of a function's values as written (`number`, `string[]`); null: a text. */
export interface Entry {
  path: string;
  given: string[] | null;
}

const EN = "src/i18n/en";

/** Every text and function of the catalogue, by its path below `t`: `queue.count`, `problem.kept.404`. */
export function entries(folder: string = EN): Entry[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => entriesOf(readFileSync(join(folder, name), "utf8"), name));
}

export function entriesOf(source: string, name: string): Entry[] {
  const found: Entry[] = [];
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || !statement.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) continue;
    for (const declared of statement.declarationList.declarations) if (declared.initializer) walk(declared.initializer, "", found);
  }
  return found;
}

function walk(node: ts.Expression, path: string, found: Entry[]): void {
  if (ts.isAsExpression(node) || ts.isParenthesizedExpression(node)) return walk(node.expression, path, found);
  if (ts.isObjectLiteralExpression(node)) {
    for (const property of node.properties) {
      if (!ts.isPropertyAssignment(property)) continue;
      const key = ts.isComputedPropertyName(property.name) ? property.name.getText() : property.name.text;
      walk(property.initializer, path ? `${path}.${key}` : key, found);
    }
  } else if (ts.isArrowFunction(node)) found.push({ path, given: node.parameters.map((parameter) => parameter.type?.getText() ?? "unknown") });
  else found.push({ path, given: null });
}

/** Paths of the catalogue that a source reads, also through a name for a part of it (`const w = t.admin.people`). */
export function reads(whole: string): string[] {
  const naming = /const (\w+)\s*=\s*(?:\$derived\()?t((?:\.\w+)+)\)?;/g;
  const names = new Map([["t", ""]]);
  for (const [, name = "", path = ""] of whole.matchAll(naming)) names.set(name, path.slice(1));
  const source = whole.replace(naming, "");
  const found: string[] = [];
  // handed on, or asked by a key that is worked out: all that is in it may be read
  for (const [name, path] of names) if (path && new RegExp(`(?<![\\w.$"'-])${name}(?=[)}\\],;[]| as )`).test(source)) found.push(path);
  for (const [, name = "", path = ""] of source.matchAll(/(?<![\w.$])(\w+)((?:\??\.\w+)+)/g)) {
    const root = names.get(name);
    if (root !== undefined) found.push([root, path.replaceAll("?", "").slice(1)].filter(Boolean).join("."));
  }
  return found;
}
