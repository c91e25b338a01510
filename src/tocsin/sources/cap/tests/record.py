"""Writes the recorded feed and its golden anew: ``python <this file>``. Decided before the first run.

The feed is written here and not taken from a service: nobody's warning lives on in a test.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
CAP = "urn:oasis:names:tc:emergency:cap:1.2"

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
 <id>https://weather.example/feed</id><title>Warnings</title><updated>2026-11-22T09:00:00Z</updated>
 <entry><id>1</id><title>Storm</title><updated>2026-11-22T09:00:00Z</updated>
  <link rel="related" href="https://weather.example/page/1"/>
  <link type="application/cap+xml" href="/cap/1.xml"/></entry>
 <entry><id>2</id><title>Elsewhere</title><updated>2026-11-22T09:00:00Z</updated>
  <link type="application/cap+xml" href="https://inner.example/cap/2.xml"/></entry>
 <entry><id>3</id><title>Broken</title><updated>2026-11-22T09:00:00Z</updated>
  <link href="https://weather.example/cap/3.xml"/></entry>
</feed>
"""
STORM = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{CAP}">
 <identifier>2.49.0.0.246.1</identifier><sender>cap@weather.example</sender>
 <sent>2026-11-22T10:30:00+02:00</sent><status>Actual</status><msgType>Update</msgType><scope>Public</scope>
 <references>cap@weather.example,2.49.0.0.246.0,2026-11-22T08:30:00+02:00</references>
 <info><language>en</language><category>Met</category><event>Storm</event>
  <responseType>Prepare</responseType><urgency>Expected</urgency><severity>Severe</severity>
  <certainty>Likely</certainty><onset>2026-11-22T14:00:00+02:00</onset>
  <expires>2026-11-22T20:00:00+02:00</expires><senderName>Weather service</senderName>
  <headline>Storm at the coast</headline><description>Gusts of 30 m/s.
From the south-west.</description><instruction>Stay inside.</instruction>
  <area><areaDesc>Uusimaa</areaDesc><polygon>60.0,24.7 60.0,25.2 60.3,25.2 60.3,24.7 60.0,24.7</polygon>
   <circle>60.35,24.94 8</circle></area></info>
</alert>
"""
BROKEN = STORM.replace("<references>", "<note>").replace("</references>", "</note>")

if __name__ == "__main__":
    for name, text in (("feed.atom", FEED), ("1.xml", STORM), ("3.xml", BROKEN)):
        (HERE / "recorded").mkdir(exist_ok=True)
        (HERE / "recorded" / name).write_text(text, "utf-8")
