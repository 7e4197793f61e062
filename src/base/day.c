#include <fascicle/day.h>
#include <math.h>
#include <string.h>

/* Civil date to days (Howard Hinnant's algorithm for the proleptic Gregorian calendar). */
static double civil_days(int y, int m, int d) {
    y -= m <= 2;
    const int era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (double)era * 146097 + doe - 719468;
}

double fsc_days_of(const char *iso_date) {
    static const char form[] = "dddd-dd-dd";
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strlen(iso_date) != 10) return (double)NAN;
    int part[3] = {0, 0, 0}, at = 0;
    for (int i = 0; i < 10; i++) {
        const char c = iso_date[i];
        if (form[i] == '-') {
            if (c != '-') return (double)NAN;
            at++;
        } else if (c < '0' || c > '9')
            return (double)NAN;
        else
            part[at] = 10 * part[at] + (c - '0');
    }
    const int y = part[0], m = part[1], d = part[2];
    if (y < 1900 || m < 1 || m > 12 || d < 1) return (double)NAN;
    const int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= month_days[m - 1] + (m == 2 && leap) ? civil_days(y, m, d) : (double)NAN;
}
