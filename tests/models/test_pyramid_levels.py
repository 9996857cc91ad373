from cscfuse_keras.models.pyramid_levels import levels_for_size


def test_a_level_is_added_where_the_picture_is_nearer_to_twice_the_size():
    assert [levels_for_size(2, 300, width) for width in (512, 720, 730, 1024, 2048)] == [2, 2, 3, 3, 4]


def test_small_pictures_and_networks_of_one_level_keep_theirs():
    assert levels_for_size(5, 20, 30) == 5
    assert levels_for_size(1, 5000, 5000) == 1
