"""The settings for what is made beside the usual ladder, for every command that packages."""

from origin.settings import setting

lossless_setting = setting(
    "--lossless", is_flag=True, help="Make a FLAC rendition, too, of a lossless source."
)
packed_audio_setting = setting(
    "--packed-audio", is_flag=True, help="Make packed audio (ADTS), too, for old players."
)
