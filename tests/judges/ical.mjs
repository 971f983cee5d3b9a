// Reads an iCalendar file with ical.js and prints each event as it understands it.
import { readFileSync } from "node:fs"
import ICAL from "../web/node_modules/ical.js/dist/ical.js"

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf-8")))
const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component, { strictExceptions: true }))
console.log(JSON.stringify(events.map((event) => ({
  uid: event.uid,
  title: event.summary,
  start: event.startDate.toString(),
  end: event.endDate.toString(),
  zone: event.startDate.zone.tzid,
  sequence: event.sequence,
  recurs: event.isRecurring(),
}))))
