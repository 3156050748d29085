import { tool, type Tool } from '@drover/core'
import * as z from 'zod'

// What a small museum knows of itself. A tool closes over whatever the application has: here its own few tables.
const exhibitions = [
  {
    title: 'Portolan charts',
    room: 'A1',
    until: '2027-03-28',
    about: 'sea charts of the Atlantic',
  },
  { title: 'Blue tiles', room: 'B2', until: '2027-01-10', about: 'azulejos and how they are made' },
  { title: 'Clocks at sea', room: 'A3', until: '2026-12-31', about: 'timekeepers and longitude' },
]
const PRICES = { adult: 12, child: 5, family: 28 }

const findExhibitions = tool({
  name: 'find_exhibitions',
  description:
    'Lists the exhibitions whose title or subject has a word in it; all of them for an empty word.',
  input: z.object({ word: z.string().max(50).describe('One word, such as clocks') }),
  effect: 'read',
  execute: ({ word }) => {
    const wanted = word.trim().toLowerCase()
    return exhibitions.filter(({ title, about }) =>
      `${title} ${about}`.toLowerCase().includes(wanted),
    )
  },
})

const priceTickets = tool({
  name: 'price_tickets',
  description:
    'Prices tickets in euros, with the family ticket (2 adults, up to 3 children) where it is cheaper.',
  input: z.object({
    adults: z.int().min(0).max(50).describe('Number of adults'),
    children: z.int().min(0).max(50).describe('Number of children under 14'),
  }),
  effect: 'read',
  execute: ({ adults, children }) => {
    if (adults === 0 && children > 0) throw new Error('Children under 14 come with an adult.')
    const families = Math.min(Math.floor(adults / 2), Math.ceil(children / 3))
    const single =
      Math.max(0, children - families * 3) * PRICES.child + (adults - families * 2) * PRICES.adult
    const separate = adults * PRICES.adult + children * PRICES.child
    return { total: Math.min(separate, families * PRICES.family + single), currency: 'EUR' }
  },
})

const openingHours = tool({
  name: 'opening_hours',
  description: 'Opening hours of the museum on a day.',
  input: z.object({ date: z.iso.date().describe('The day as YYYY-MM-DD') }),
  effect: 'read',
  execute: ({ date }) => {
    const weekday = new Date(date).getUTCDay()
    if (weekday === 1) return { date, open: false, reason: 'closed on Mondays' }
    return { date, open: true, from: '10:00', to: weekday === 4 ? '21:00' : '18:00' }
  },
})

/** What the museum's desk can look up. */
export const deskTools: readonly Tool[] = [findExhibitions, priceTickets, openingHours]
