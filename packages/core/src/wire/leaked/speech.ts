/** The last sentence of what leads to a call; with the one before it where it is no more than the label of a list item. */
export function lastSentence(lead: string): string {
  const sentences = sentencesOf(lead)
  const last = sentences.at(-1) ?? ''
  return /^\W*(?:\S+ ){0,2}\S+:$/.test(last) ? sentences.slice(-2).join('\n') : last
}

const sentencesOf = (text: string): readonly string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((part) => part.trim())
    .filter((part) => /\p{L}/u.test(part))

/** Whether a sentence says that its speaker acts. */
export function isIntent(sentence: string): boolean {
  return INTENT.test(sentence)
}

/** Whether what stands before a call leads to it: it says that its speaker acts, or what follows. */
export function isAnnouncing(lead: string): boolean {
  // A heading names what it stands over, whoever speaks; of the rest, the last sentence counts and what ends with a colon.
  const sentences = sentencesOf(lead.replace(/^#{1,6} .*[^:\s]$/gm, ''))
  return sentences.some(
    (sentence, index) =>
      (index === sentences.length - 1 || sentence.endsWith(':')) &&
      (INTENT.test(sentence) || ANNOUNCEMENT.test(sentence)),
  )
}

const INTENT =
  /\b(?:I['’]?(?:ll|m| will| am| need| have to| must| should| want to| can)|let(?: me|['’]s| us)|we need|going to|calling|ich|je vais|voy a|vou|d[eé]jame)\b|我[来会]|让我|^\W*(?:sure|okay|ok)\W*$/i
const ANNOUNCEMENT =
  /\b(?:here(?:['’]s| is| are)|following|as follows|(?:function|tools?)[ _]?call(?:s|ing)?|the user|(?:provided|given) (?:function|tool)|need(?:s|ed)?|sure|okay|ok|certainly|of course|one moment|hold on|(?:check|look|fetch|search|query|retriev)ing)\b/i

/** Whether a sentence that leads to a call speaks of it: an example, a condition, a report, a refusal, a question. */
export function isAbout(sentence: string): boolean {
  return ABOUT.some((pattern) => pattern.test(sentence.trim()))
}

const DO = 'call|use|invoke|run|execute|write|type|send|try|enter|make'
const ADVERB = '(?:also|then|just|simply|always|now|have)'
const ABOUT = [
  String.raw`\b(?:e\.?g|i\.e|(?:for )?(?:example|instance)s?|such as|hypothetical\w*|suppose|imagine|pretend|sample|template|placeholders?|pseudo-?code|illustrat\w*|demonstrat\w*|syntax|signature|documentation|docs|usage|tutorial|plan|steps|definition|schema|specification|config(?:uration)?|payload|curl|code|script|snippet|review|approval|explain|ignore|fixture|suggest\w*|assum\w*|permission|notations?|contents? of|I can (?:do|offer)|last (?:\w+ )?calls|(?:fixed|corrected|sorted|cleaned|updated|modified) (?:file|JSON|version|text)|(?:pretty-?print|format|convert|translat)ed)\b`,
  // Advice to somebody else, and what one might do.
  String.raw`\b(?:you|one|we|users?|people|developers?|anyone|someone) (?:can|could|may|might|would|should|must|need to|have to) (?:${ADVERB} )?(?:${DO}|do|be)\b`,
  String.raw`\b(?:I (?:could|would|might)|(?:you|one)['’]d) (?:${ADVERB} )?(?:${DO}|do)\b`,
  String.raw`^(?:[^,.]{0,80}, )?(?:please |just |simply |then |first,? )?(?:${DO}|copy|paste|save|put|add|insert|store)\b`,
  String.raw`\byour (?:prompt|code|app|message|server|script|JSON|file|data|text)|\b(?:if|once|unless|until|after|when) (?:you|I had|we had|they|the user)\b`,
  String.raw`(?:\bnot|n['’]t|\bnever|\bavoid|\bwithout|\bunable to|\binstead of|\brather than) (?:\w+ ){0,3}(?:call|us(?:e|ing)\b|run|process|invok|execut|emit|output|writ|send|do\b|an? (?:real )?(?:tool|function))`,
  String.raw`\b(?:how (?:to|you|one|we|it|I|this)|(?:like|as) (?:this|so|these|that)|looks? like|things like|ways to|not sure|let me know|tell me|you to|from you|what (?:\w+ ){0,6}(?:means?|contains?|is|does)|would (?:be|look|mean|have)|equivalent|similar to)\b`,
  // Reports of what was.
  String.raw`\b(?:wrong|incorrect|invalid|malformed|broken|mistake|failed|fails|rejected|previous(?:ly)?|earlier|last time|history|logs?|logged|transcript|quot\w+|returned|returns|(?:output|result) of|response from)\b`,
  String.raw`\b(?:I|we|you|it|he|she|they|someone|the (?:user|model|assistant|docs?|log|author)) (?:(?:have|has|had|already|just) )*(?:called|ran|run|invoked|sent|made|used|executed|said|says|wrote|writes|emits?|outputs?|replied)\b`,
  String.raw`\b(?:was|were|been) (?:\w+ )?(?:blocked|made|called|sent|run|executed|denied|issued|emitted|written|used)\b`,
  String.raw`\?$|\bJSON (?:that )?you\b|\bavailable (?:functions?|tools?)\W{0,9}(?:are\W{0,9})?$|^\W*(?:request|response|input|output|result|before|after|expected|actual)(?: body)?\W*$`,
].map((source) => new RegExp(source, 'i'))

/** Whether what follows a call speaks of it; `isSameLine` where nothing but punctuation stands between. */
export function isRemark(tail: string, isSameLine: boolean): boolean {
  const said = tail.slice(0, 300)
  const goesOn = isSameLine ? GOES_ON.test(said) : /^[Rr]eturn(?:s|ed)?\b/.test(said)
  return goesOn || REMARKS.some((pattern) => pattern.test(said))
}

/** The sentence that the call stands in goes on, and not with what the call is for. */
const GOES_ON = /^(?!(?:to|and|for|now|first|so|then|next|again)\b)[a-z←→]/
const REMARKS = [
  /^[^.!?\n]{0,200}\b(?:example|hypothetical|placeholders?|illustrat\w*|replace|substitute|would (?:send|call|use|run|look|be|mean))\b/i,
  /\b(?:(?:shall|should|may|can|could) I|(?:want|like) me to|proceed|go ahead|confirm)\b[^.?!\n]{0,80}\?|\bplease confirm\b|\b(?:I|you)['’]d\b|\bif allowed\b|\b(?:type|reply|say|answer|press) (?:with )?\W?(?:yes|ok|y|enter)\b|\b(?:is|does) (?:this|that) (?:look|ok|okay|right|correct|sound)/i,
  /\b(?:did|was|were|do|have|has|is|are|could|would|can|will)(?: ?not|n['’]t) (?:\w+ )?(?:call|run|execut|sen[dt]|made|been|an? (?:real|actual))/i,
]
