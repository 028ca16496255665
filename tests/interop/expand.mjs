// Reads a calendar with ical.js and says what it finds: node expand.mjs --libraries FOLDER --calendar FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { libraries: { type: "string" }, calendar: { type: "string" } } });
const require = createRequire(join(values.libraries, "index.js"));
const loaded = await import(require.resolve("ical.js"));
const ICAL = loaded.default ?? loaded;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(values.calendar, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const utc = (time) => new Date(time.toUnixTime() * 1000).toISOString();
const components = calendar.getAllSubcomponents("vevent");
const exceptions = components.filter((each) => each.hasProperty("recurrence-id"));
const found = [];
for (const component of components.filter((each) => !each.hasProperty("recurrence-id"))) {
  const uid = component.getFirstPropertyValue("uid");
  const event = new ICAL.Event(component, {
    strictExceptions: true,
    exceptions: exceptions.filter((each) => each.getFirstPropertyValue("uid") === uid),
  });
  const said = (item, start, end) =>
    found.push({
      uid,
      start: utc(start),
      end: utc(end),
      title: item.summary,
      status: item.component.getFirstPropertyValue("status"),
      sequence: item.sequence,
    });
  if (!event.isRecurring()) {
    said(event, event.startDate, event.endDate);
    continue;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(), count = 0; next && count < 500; next = iterator.next(), count += 1) {
    const details = event.getOccurrenceDetails(next);
    said(details.item, details.startDate, details.endDate);
  }
}
const attendees = components.flatMap((each) =>
  each.getAllProperties("attendee").map((attendee) => ({
    address: attendee.getFirstValue(),
    partstat: attendee.getParameter("partstat"),
    recurrence: each.hasProperty("recurrence-id"),
  })),
);
console.log(
  JSON.stringify({
    method: calendar.getFirstPropertyValue("method"),
    zones: calendar.getAllSubcomponents("vtimezone").map((each) => each.getFirstPropertyValue("tzid")),
    found,
    attendees,
  }),
);
