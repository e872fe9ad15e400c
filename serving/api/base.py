"""What every answer is made of."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Words(Answer):
    """The same thing in Swedish and English."""

    sv: str
    en: str

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.sv
