/* Reads an iCalendar file and prints what libical's parser and its check of RFC 5546 object to. */
#include <libical/ical.h>
#include <libical/icalrestriction.h>
#include <stdio.h>

static char *line(char *s, size_t size, void *file) { return fgets(s, (int)size, (FILE *)file); }

int main(void)
{
    icalparser *parser = icalparser_new();
    icalparser_set_gen_data(parser, stdin);
    icalcomponent *whole = icalparser_parse(parser, line);
    if (whole == NULL) return puts("not a calendar"), 2;
    int valid = icalrestriction_check(whole);
    icalcomponent *event = icalcomponent_get_first_component(whole, ICAL_VEVENT_COMPONENT);
    int count = 0;
    for (; event != NULL; count++)
        event = icalcomponent_get_next_component(whole, ICAL_VEVENT_COMPONENT);
    if (icalcomponent_count_errors(whole) > 0 || !valid) puts(icalcomponent_as_ical_string(whole));
    printf("%d events, %d errors, valid: %d\n", count, icalcomponent_count_errors(whole), valid);
    return 0;
}
