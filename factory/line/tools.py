"""What a run has for every half: who works, who lands, what is seen, and how the night goes."""

from __future__ import annotations

from factory.line.aside import Aside
from factory.line.crew import Crew
from factory.line.house import House
from factory.line.lander import Lander
from factory.line.looking import Sight
from factory.line.weather import Glass


class Tools:
    """What a run has for every half: who works, who lands, what is seen, and how the night goes."""

    def __init__(self, house: House, crew: Crew, lander: Lander) -> None:
        self.house, self.crew, self.lander = house, crew, lander
        self.sight = Sight(house)
        self.aside, self.weather = Aside(house, self.sight), Glass(house.settings)
