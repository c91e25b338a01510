"""Maps from an OpenStreetMap extract: public spaces to plan in, and the tiles of the console.

Reading needs the extra ``tocsin[map]``. What is made is a derivative database under the ODbL 1.0.
"""

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "https://opendatacommons.org/licenses/odbl/1-0/"
