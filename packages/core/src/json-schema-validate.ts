import { childSchemas, childrenOf } from './json-schema-child.ts'
import {
  type Issue,
  MAX_ISSUES,
  childPath,
  formatIssue,
  jsonType,
  typeInWords,
  valueInWords,
} from './json-schema-issue.ts'
import { canonicalText, limitsOf } from './json-schema-limit.ts'
import { asList, isSchemaNode, isSchemaObject, resolveRef } from './json-schema-ref.ts'

// A schema whose alternatives refer back to themselves can ask for exponential work; a real check needs far less.
const MAX_STEPS = 200_000
const MAX_DEPTH = 256

/** How much work is left, where several checks share it. */
export interface Budget {
  steps: number
}

/** The work that one input may cost. */
export const createBudget = (): Budget => ({ steps: MAX_STEPS })

/**
 * Checks JSON against a JSON Schema, draft-07 or 2020-12, by reading it: no code is made from it. Gives what is wrong as
 * at most five `` `path`: message `` texts, none when the value fits.
 *
 * Keywords it does not know are ignored, as the standard says; among them are `if`, `contains`, `dependent…` and
 * `unevaluated…`. A `pattern` runs as the regular expression it is: do not give it the patterns of strangers. `$ref` is
 * looked up in `root`. Work and depth are limited; past a limit the value does not fit.
 */
export function validateJson(
  schema: unknown,
  value: unknown,
  root: unknown = schema,
  budget: Budget = createBudget(),
): readonly string[] {
  const check: Check = (node, part, path, depth) => {
    const issues: Issue[] = []
    const add = (...found: readonly Issue[]): void => {
      issues.push(...found.slice(0, MAX_ISSUES - issues.length))
    }
    const report = (message: string, distance = 0, at = path): void =>
      add({ path: at, message, distance })
    const probe = (inner: unknown): readonly Issue[] => check(inner, part, path, depth + 1)
    const apply = (inner: unknown, child = part, at = path): void => {
      if (issues.length < MAX_ISSUES) add(...check(inner, child, at, depth + 1))
    }

    if (node === false) report('not allowed here; leave it out', 2)
    if (!isSchemaObject(node)) return issues
    if (depth > MAX_DEPTH || --budget.steps < 0) {
      report('too deep or too large to check')
      return issues
    }
    const { $ref, type, not } = node
    if (typeof $ref === 'string') {
      const target = resolveRef(root, $ref)
      if (target === undefined) report(`the schema refers to \`${$ref}\`, which is missing`)
      apply(target)
    }

    const actual = jsonType(part)
    const isNamed = (name: unknown): boolean =>
      name === actual || (name === 'integer' && Number.isInteger(part))
    const types = typeof type === 'string' ? [type] : (type ?? [actual])
    if (!types.some(isNamed) && !(part === null && node['nullable'] === true)) {
      report(`expected ${types.map(typeInWords).join(' or ')}, got ${valueInWords(part)}`, 2)
      return issues
    }
    const allowed = node.enum ?? (Object.hasOwn(node, 'const') ? [node['const']] : undefined)
    if (allowed !== undefined && !isAmong(part, allowed)) {
      const some = allowed.slice(0, 20).map(canonicalText).join(', ')
      const words = allowed.length > 1 ? `one of ${some}` : some
      report(`expected ${words}${allowed.length > 20 ? ', …' : ''}, got ${valueInWords(part)}`, 1)
    }
    for (const limit of limitsOf(node)) {
      const size = limit.type === actual ? sizeOf(part) : undefined
      if (size !== undefined && !limit.isKept(size, part)) {
        report(`expected ${limit.words}, got ${limit.isOfSize ? size : valueInWords(part)}`)
      }
    }

    const isObject = actual === 'object'
    for (const name of isObject ? asList(node.required).map(String) : []) {
      if (!Object.hasOwn(Object(part), name)) {
        report('required, but missing', 0, childPath(path, name))
      }
    }
    for (const [key, child] of childrenOf(part)) {
      const at = childPath(path, key)
      for (const inner of childSchemas(node, key)) apply(inner, child, at)
      if (isObject) apply(node['propertyNames'], key, at)
    }

    for (const inner of asList(node['allOf'])) apply(inner)
    for (const [keyword, most] of [
      ['anyOf', 1],
      ['oneOf', 2],
    ] as const) {
      const failures: (readonly Issue[])[] = []
      let fitting = 0
      for (const member of asList(node[keyword])) {
        const found = probe(member)
        if (found.length > 0) failures.push(found)
        else if (++fitting === most) break
      }
      if (fitting > 1) report('fits more than one alternative, expected exactly one')
      if (fitting === 0) add(...explain(failures, path))
    }
    if (isSchemaNode(not) && probe(not).length === 0) report('has a form that is not allowed')
    return issues
  }
  return check(schema, value, '', 0).map(({ path, message }) => formatIssue(path, message))
}

type Check = (node: unknown, part: unknown, path: string, depth: number) => readonly Issue[]

/** What is wrong by the alternative that was most likely meant; one line for all when none stands out. */
function explain(failures: readonly (readonly Issue[])[], path: string): readonly Issue[] {
  const distanceOf = (issues: readonly Issue[]): number =>
    Math.max(...issues.map(({ distance }) => distance))
  const distance = Math.min(...failures.map(distanceOf))
  const [meant = [], ...others] = failures.filter((issues) => distanceOf(issues) === distance)
  if (others.length === 0) return meant
  const texts = failures.flatMap((issues) =>
    issues
      .slice(0, 1)
      .map((first) =>
        first.path === path ? first.message : formatIssue(first.path, first.message),
      ),
  )
  return [{ path, message: [...new Set(texts)].slice(0, MAX_ISSUES).join('; or '), distance }]
}

function isAmong(value: unknown, constants: readonly unknown[]): boolean {
  if (constants.includes(value)) return true
  const text = canonicalText(value)
  return constants.some((constant) => canonicalText(constant) === text)
}

/** A number itself; of anything else how many characters, items or properties it has. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value
  // Characters, not UTF-16 units.
  return typeof value === 'string' ? [...value].length : Object.keys(Object(value)).length
}
