"""Current weather of a city."""

from pydantic import BaseModel, SecretStr

from interlock.sdk import HttpOptions, NotFound, Service, Settings, hookimpl, tool


class WeatherSettings(Settings):
    token: SecretStr
    url: str = "https://api.weather.example"


class Weather(BaseModel):
    celsius: float
    sky: str


class WeatherService(Service[WeatherSettings]):
    def http_options(self) -> HttpOptions:
        token = self.settings.token.get_secret_value()
        return HttpOptions(self.settings.url, headers={"Authorization": f"Bearer {token}"})

    @tool(effect="read", cacheable=True, aliases=("current_weather",))
    async def current(self, city: str) -> Weather:
        """The weather right now.

        Args:
            city: name of the city, in English.
        """
        found = (await self.http.get("/current", params={"city": city})).json()
        if not found:
            raise NotFound(f"no weather for {city}")
        return Weather(celsius=found["temperature"], sky=found["sky"])


@hookimpl
def interlock_services():
    return {"weather": WeatherService}
