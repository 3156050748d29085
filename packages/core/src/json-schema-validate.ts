import { MAX_ISSUES, type Issue } from './json-schema-issue.ts'
import { childPath, formatIssue, jsonType, typeInWords, valueInWords } from './json-schema-issue.ts'
import { type SchemaNode, isSchemaNode, isSchemaObject, resolveRef } from './json-schema-ref.ts'
import {
  checkConstants,
  checkCount,
  checkNumber,
  checkString,
  canonicalText,
  matchesPattern,
} from './json-schema-scalar.ts'
import type { JsonSchema } from './json-schema.ts'
import { own } from './json.ts'

// A schema whose alternatives refer back to themselves can ask for exponential work; a real check needs far less.
const MAX_STEPS = 200_000
const MAX_DEPTH = 256

/** How much work is left, where several checks share it. */
export interface Budget {
  steps: number
}

/** The work that one input may cost. */
export function createBudget(): Budget {
  return { steps: MAX_STEPS }
}

/**
 * Checks JSON against a JSON Schema, draft-07 or 2020-12, by reading it: no code is made from it. Gives what is wrong as
 * at most five `` `path`: message `` texts, none when the value fits.
 *
 * Keywords it does not know are ignored, as the standard says; so are formats other than `date`, `date-time`, `email`,
 * `uri` and `uuid`. A `pattern` runs as the regular expression it is: do not give it the patterns of strangers.
 * `$ref` is looked up in `root`. Work and depth are limited; past a limit the value does not fit.
 */
export function validateJson(
  schema: SchemaNode,
  value: unknown,
  root: SchemaNode = schema,
  budget: Budget = createBudget(),
): readonly string[] {
  return issuesOf({ root, budget }, schema, value, '', 0).map(({ path, message }) =>
    formatIssue(path, message),
  )
}

/** What one check shares over all its places. */
interface Run {
  readonly root: SchemaNode
  readonly budget: Budget
}

/** One place of the value, and what can be done there. */
interface Place {
  readonly path: string
  readonly report: (message: string, distance?: number, path?: string) => void
  /** Checks a further schema here or at a child, and reports what is wrong. */
  readonly apply: (schema: unknown, value: unknown, path?: string) => void
  /** Checks a further schema without reporting. */
  readonly probe: (schema: SchemaNode, value: unknown) => readonly Issue[]
}

function issuesOf(
  run: Run,
  node: SchemaNode,
  value: unknown,
  path: string,
  depth: number,
): readonly Issue[] {
  if (node === true) return []
  if (node === false) return [{ path, message: 'nothing is allowed here', distance: 2 }]
  if (depth > MAX_DEPTH || --run.budget.steps < 0) {
    return [{ path, message: 'too deep or too large to check', distance: 0 }]
  }
  const issues: Issue[] = []
  const probe: Place['probe'] = (schema, part) => issuesOf(run, schema, part, path, depth + 1)
  checkNode(node, value, run.root, {
    path,
    probe,
    report: (message, distance = 0, at = path) => {
      if (issues.length < MAX_ISSUES) issues.push({ path: at, message, distance })
    },
    apply: (schema, part, at = path) => {
      if (issues.length >= MAX_ISSUES || !isSchemaNode(schema)) return
      const found = issuesOf(run, schema, part, at, depth + 1)
      issues.push(...found.slice(0, MAX_ISSUES - issues.length))
    },
  })
  return issues
}

function checkNode(node: JsonSchema, value: unknown, root: SchemaNode, place: Place): void {
  const { report, apply } = place
  if (typeof node['$ref'] === 'string') {
    const target = resolveRef(root, node['$ref'])
    if (target === undefined)
      return report(`the schema refers to \`${node['$ref']}\`, which is missing`)
    apply(target, value)
  }
  const type = jsonType(value)
  if (node.type !== undefined) {
    const types = [node.type].flat()
    const isNamed =
      types.includes(type) ||
      (types.includes('integer') && Number.isInteger(value)) ||
      (value === null && node['nullable'] === true)
    if (!isNamed) {
      const expected = types.map(typeInWords).join(' or ')
      return report(`expected ${expected}, got ${valueInWords(value)}`, 2)
    }
  }
  checkConstants(node, value, report)
  if (typeof value === 'number') checkNumber(node, value, report)
  else if (typeof value === 'string') checkString(node, value, report)
  else if (Array.isArray(value)) checkList(node, value, place)
  else if (typeof value === 'object' && value !== null) checkObject(node, value, place)
  checkCombinations(node, value, place)
}

function checkList(node: JsonSchema, value: readonly unknown[], place: Place): void {
  checkCount(node, 'Items', value.length, place.report)
  if (node['uniqueItems'] === true && new Set(value.map(canonicalText)).size < value.length) {
    place.report('expected no item twice')
  }
  // Positions stand in `items` in draft-07 and in `prefixItems` in 2020-12.
  const positions = Array.isArray(node.items) ? node.items : asList(node['prefixItems'])
  const rest = Array.isArray(node.items) ? node['additionalItems'] : node.items
  for (const [index, item] of value.entries()) {
    const schema = index < positions.length ? positions[index] : rest
    place.apply(schema, item, childPath(place.path, index))
  }
}

function checkObject(node: JsonSchema, value: object, place: Place): void {
  const { path, report, apply, probe } = place
  const keys = Object.keys(value)
  checkCount(node, 'Properties', keys.length, report)
  for (const name of asList(node.required)) {
    if (typeof name === 'string' && !Object.hasOwn(value, name)) {
      report('required, but missing', 0, childPath(path, name))
    }
  }
  const patterns = isSchemaObject(node['patternProperties'])
    ? Object.entries(node['patternProperties'])
    : []
  for (const key of keys) {
    const [child, at] = [own(value, key), childPath(path, key)]
    const named = own(node.properties, key)
    const matching = patterns.filter(([pattern]) => matchesPattern(node, pattern, key))
    apply(named, child, at)
    for (const [, schema] of matching) apply(schema, child, at)
    if (named === undefined && matching.length === 0) {
      if (node['additionalProperties'] === false)
        report('not a known property; leave it out', 0, at)
      else apply(node['additionalProperties'], child, at)
    }
    const names = node['propertyNames']
    if (isSchemaNode(names) && probe(names, key).length > 0) report('not an allowed key', 0, at)
  }
}

function checkCombinations(node: JsonSchema, value: unknown, place: Place): void {
  const { path, report, apply, probe } = place
  for (const schema of asList(node['allOf'])) apply(schema, value)

  const anyOf = asList(node['anyOf']).filter(isSchemaNode)
  const failures: (readonly Issue[])[] = []
  const isMet = anyOf.some((member) => {
    const issues = probe(member, value)
    if (issues.length > 0) failures.push(issues)
    return issues.length === 0
  })
  if (anyOf.length > 0 && !isMet) explain(failures, path, report)

  const oneOf = asList(node['oneOf'])
    .filter(isSchemaNode)
    .map((member) => probe(member, value))
  const missed = oneOf.filter((issues) => issues.length > 0)
  if (oneOf.length > 0 && missed.length === oneOf.length) explain(missed, path, report)
  if (oneOf.length - missed.length > 1) {
    report('fits more than one alternative, expected exactly one')
  }

  const { not, if: condition } = node
  if (isSchemaNode(not) && probe(not, value).length === 0) {
    report('has a form that is not allowed')
  }
  if (isSchemaNode(condition)) {
    apply(node[probe(condition, value).length === 0 ? 'then' : 'else'], value)
  }
}

/** Tells the issues of the alternative that was most likely meant; one line for all when none stands out. */
function explain(
  failures: readonly (readonly Issue[])[],
  path: string,
  report: Place['report'],
): void {
  const distanceOf = (issues: readonly Issue[]): number =>
    Math.max(...issues.map(({ distance }) => distance))
  const nearest = Math.min(...failures.map(distanceOf))
  const [meant = [], ...others] = failures.filter((issues) => distanceOf(issues) === nearest)
  if (others.length === 0) {
    for (const issue of meant) report(issue.message, issue.distance, issue.path)
    return
  }
  const texts = failures.flatMap(([first]) => {
    if (first === undefined) return []
    return first.path === path ? first.message : formatIssue(first.path, first.message)
  })
  report([...new Set(texts)].slice(0, MAX_ISSUES).join('; or '), nearest)
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
