"""Clinical times as the contract states them: text, precision, calendar day as written."""
import datetime
import re

PATTERN = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?\Z")
EPOCH = datetime.date(1970, 1, 1).toordinal()
DAY_MS = 86400000


class Time:
    """precision 1 year, 2 month, 3 day, 4 time; lo and hi are the first and last day it can mean."""
    __slots__ = ("text", "precision", "key", "lo", "hi", "instant", "has_time")

    def __repr__(self):
        return self.text


def parse(text):
    """The time, or None when the text is none."""
    match = PATTERN.match(text)
    if not match or not text.isascii():
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    ret = Time()
    ret.text = text
    try:
        first = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    ret.precision = 4 if hour else 3 if day else 2 if month else 1
    ret.key = (first.year, first.month, first.day)[:min(ret.precision, 3)]
    ret.lo = first.toordinal() - EPOCH
    ret.hi = ret.lo
    if ret.precision == 2:
        following = datetime.date(first.year + first.month // 12, first.month % 12 + 1, 1)
        ret.hi = following.toordinal() - EPOCH - 1
    elif ret.precision == 1:
        ret.hi = datetime.date(first.year, 12, 31).toordinal() - EPOCH
    ret.instant = ret.lo * DAY_MS
    if hour:
        if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
            return None
        ret.instant += ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1000
        if fraction:
            ret.instant += int((fraction[1:] + "000")[:3])
        if zone != "Z":
            if int(zone[1:3]) > 14 or int(zone[4:]) > 59:
                return None
            offset = (int(zone[1:3]) * 60 + int(zone[4:])) * 60000
            ret.instant -= offset if zone[0] == "+" else -offset
    return ret


def compare(a, b):
    """-1, 0 or 1 at the precision both have; days as written."""
    if a.precision >= 3 and b.precision >= 3:
        return (a.lo > b.lo) - (a.lo < b.lo)
    size = min(len(a.key), len(b.key))
    x, y = a.key[:size], b.key[:size]
    return (x > y) - (x < y)


def of_day(day):
    """A time of day precision."""
    return parse((datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat())


def age(time, as_of_day):
    """(least, greatest) age in days; what lies ahead has age 0."""
    return max(0, as_of_day - time.hi), max(0, as_of_day - time.lo)


def older_than(time, limit, as_of_day):
    """True, False, or None when a partial date leaves it open."""
    least, greatest = age(time, as_of_day)
    return True if least > limit else False if greatest <= limit else None


def print_instant(instant):
    """RFC 3339, UTC, milliseconds."""
    stamp = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=instant)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (instant % 1000)
