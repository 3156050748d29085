import fc from 'fast-check'

// The same cases in every run, so that a check that passed here passes everywhere. Now and then look for new ones:
// `FC_SEED=random pnpm test`, or the seed that a failure showed.
const wanted = process.env['FC_SEED'] ?? '20261120'

if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) })
