from cscfuse_keras.errors import printable


def test_names_stay_on_one_line_and_cannot_steer_a_terminal():
    assert printable("Straße 日本") == "Straße 日本"
    assert printable("a\nb\x1b[31m\udcff\u202e") == r"a\nb\x1b[31m\udcff\u202e"
