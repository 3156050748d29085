/** The last sentence of what leads to a call; with the ones before it where it is no more than the label of a list item. */
export function lastSentence(lead: string): string {
  const sentences = lead.split(/(?<=[.!?])\s+|\n+/).filter((part) => /\p{L}/u.test(part))
  const last = sentences.at(-1) ?? ''
  return last.length < 40 && last.endsWith(':') ? sentences.slice(-2).join('\n') : last
}

/** Whether a sentence says that its speaker acts now. */
export function isIntent(sentence: string): boolean {
  return INTENT.test(sentence)
}

const INTENT =
  /\b(?:I['’]ll|I will|I['’]m|I am|let me|let['’]s|going to|need to|calling|sure|okay|ok|certainly|of course)\b/i

/** Whether a sentence that leads to a call speaks of it: an example, a condition, a report, a refusal, a question. */
export function isAbout(sentence: string): boolean {
  return ABOUT.some((pattern) => pattern.test(sentence.trim()))
}

const DO = 'call|use|invoke|run|execute|write|type|send|try|enter|make'
const ADVERB = '(?:also|then|just|simply|always|now|have)'
const ABOUT = [
  String.raw`\b(?:e\.?g|i\.e|(?:for )?(?:example|instance)s?|such as|hypothetical\w*|suppose|imagine|pretend|sample|template|placeholders?|pseudo-?code|illustrat\w*|demonstrat\w*|syntax|signature|documentation|docs|usage|tutorial|plan|steps|definition|schema|specification|config(?:uration)?|payload|curl|code|script|snippet|review|approval)\b`,
  // Advice to somebody else, and what one might do.
  String.raw`\b(?:you|one|we|users?|people|developers?|anyone|someone) (?:can|could|may|might|would|should|must|need to|have to) (?:${ADVERB} )?(?:${DO}|do|be)\b`,
  String.raw`\bI (?:could|would|might) (?:${ADVERB} )?(?:${DO}|do)\b`,
  String.raw`^(?:[^,.]{0,80}, )?(?:please |just |simply |then |first,? )?(?:${DO}|copy|paste|save|put|add|insert|store)\b`,
  String.raw`\b(?:if|once|unless|until|after|when) (?:you|I had|we had|they|the user)\b`,
  String.raw`(?:\bnot|n['’]t|\bnever|\bavoid|\bwithout|\binstead of|\brather than) (?:\w+ ){0,3}(?:call|us(?:e|ing)\b|run|invok|execut|emit|output|writ|send|do\b|an? (?:real )?(?:tool|function))`,
  String.raw`\b(?:how (?:to|you|one|we|it|I|this)|(?:like|as) (?:this|so|these|that)|looks? like|things like|would (?:be|look|mean|have)|equivalent|similar to)\b`,
  // Reports of what was.
  String.raw`\b(?:wrong|incorrect|invalid|malformed|broken|mistake|failed|fails|rejected|previous(?:ly)?|earlier|last time|history|logs?|logged|transcript|quot\w+|returned|returns|(?:output|result) of|response from)\b`,
  String.raw`\b(?:I|we|you|it|he|she|they|someone|the (?:user|model|assistant|docs?|log|author)) (?:(?:have|has|had|already|just) )*(?:called|ran|run|invoked|sent|made|used|executed|said|says|wrote|writes|emits?|outputs?|replied)\b`,
  String.raw`\?$|\bJSON (?:that )?you\b|\bavailable (?:functions?|tools?)\W{0,9}(?:are\W{0,9})?$|^\W*(?:request|response|input|output|result|before|after|expected|actual)(?: body)?\W*$`,
].map((source) => new RegExp(source, 'i'))

/** Whether what follows a call speaks of it; `isSameLine` where nothing but punctuation stands between. */
export function isRemark(tail: string, isSameLine: boolean): boolean {
  const said = tail.slice(0, 300)
  return (
    (isSameLine ? REPORT : /^[Rr]eturns?\b/).test(said) ||
    REMARKS.some((pattern) => pattern.test(said))
  )
}

const REPORT =
  /^(?:is|are|was|were|means?|returns?|returned|gives?|gave|fail(?:s|ed)|would|could|can|has|had|did|shows?|equals|stays?)\b/
const REMARKS = [
  /^[^.!?\n]{0,200}\b(?:example|hypothetical|placeholders?|illustrat\w*|replace|substitute)\b/i,
  /\b(?:(?:shall|should|may|can|could) I|(?:want|like) me to|proceed|go ahead|confirm)\b[^.?!\n]{0,80}\?|\bplease confirm\b|\b(?:is|does) (?:this|that) (?:look|ok|okay|right|correct|sound)/i,
  /\b(?:did|was|were|do|have|has|is|are|could|would|can|will)(?: ?not|n['’]t) (?:\w+ )?(?:call|run|execut|sen[dt]|made|been|an? (?:real|actual))/i,
]
